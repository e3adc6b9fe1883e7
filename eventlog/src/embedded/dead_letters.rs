//! The box of dead letters as callers see it.
use super::{
    EmbeddedLog,
    error::unreadable,
    read::stored_event,
    request::{LetterFate, Request},
};
use crate::{DeadLetter, DeadLetters, LogError, port::Result};
use async_trait::async_trait;
use rusqlite::{Connection, Row, params};

/// Letters listed at once.
const MAX_LISTED: u32 = 1000;
const SELECT: &str = "select id, group_name, seq, reason, attempts, at_us from dead_letters ";

#[async_trait]
impl DeadLetters for EmbeddedLog {
    async fn list(&self, limit: u32) -> Result<Vec<DeadLetter>> {
        let limit = limit.min(MAX_LISTED);
        self.letters("order by id desc limit ?1", i64::from(limit))
            .await
    }

    async fn get(&self, id: u64) -> Result<Option<DeadLetter>> {
        let found = self.letters("where id = ?1", id.cast_signed()).await?;
        Ok(found.into_iter().next())
    }

    async fn redrive(&self, id: u64) -> Result<bool> {
        self.settle(id, LetterFate::Redrive).await
    }

    async fn discard(&self, id: u64) -> Result<bool> {
        self.settle(id, LetterFate::Discard).await
    }
}

impl EmbeddedLog {
    async fn letters(&self, condition: &'static str, value: i64) -> Result<Vec<DeadLetter>> {
        let shared = self.shared();
        // Letters are written softly: what was given up before this call must be seen.
        shared.inbox.ask(Request::Barrier).await?;
        let read = move |conn: &Connection| select(conn, condition, value);
        shared.readers.run(read).await
    }

    async fn settle(&self, id: u64, fate: LetterFate) -> Result<bool> {
        let id = id.cast_signed();
        let request = |answer| Request::Letter { id, fate, answer };
        self.shared().inbox.ask(request).await
    }
}

fn select(conn: &Connection, condition: &str, value: i64) -> Result<Vec<DeadLetter>> {
    let mut statement = conn
        .prepare(&format!("{SELECT}{condition}"))
        .map_err(|e| unreadable(&e))?;
    let mut rows = statement
        .query(params![value])
        .map_err(|e| unreadable(&e))?;
    let mut letters = Vec::new();
    while let Some(row) = rows.next().map_err(|e| unreadable(&e))? {
        letters.push(letter(conn, row)?);
    }
    Ok(letters)
}

fn letter(conn: &Connection, row: &Row<'_>) -> Result<DeadLetter> {
    let column = |e: rusqlite::Error| unreadable(&e);
    let seq = row.get::<_, i64>(2).map_err(column)?.cast_unsigned();
    let event = stored_event(conn, seq)?
        .ok_or_else(|| LogError::Corrupt(format!("event {seq} of a dead letter is gone")))?;
    Ok(DeadLetter {
        id: row.get::<_, i64>(0).map_err(column)?.cast_unsigned(),
        group: row.get(1).map_err(column)?,
        reason: row.get(3).map_err(column)?,
        attempts: row.get(4).map_err(column)?,
        at_us: row.get(5).map_err(column)?,
        event,
    })
}
