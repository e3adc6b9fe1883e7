//! The box of dead letters as callers see it.
use super::{
    EmbeddedLog,
    error::unreadable,
    read::stored_event,
    request::{LetterFate, Request},
};
use crate::{DeadLetter, DeadLetters, LetterQuery, LogError, port::Result};
use async_trait::async_trait;
use rusqlite::{Connection, Params, Row, params};
use std::collections::BTreeMap;

/// Letters listed at once.
const MAX_LISTED: u32 = 1000;
const SELECT: &str = "select id, group_name, seq, reason, attempts, at_us from dead_letters ";
const FOUND: &str = "where (?1 is null or group_name = ?1) and id < ?2 order by id desc limit ?3";
const COUNTED: &str = "select group_name, count(*) from dead_letters group by group_name";

#[async_trait]
impl DeadLetters for EmbeddedLog {
    async fn find(&self, query: &LetterQuery) -> Result<Vec<DeadLetter>> {
        let group = query.group.clone();
        let before = query.before.map_or(i64::MAX, u64::cast_signed);
        let limit = query.limit.min(MAX_LISTED);
        self.look(move |conn| select(conn, FOUND, params![group, before, limit]))
            .await
    }

    async fn counts(&self) -> Result<BTreeMap<String, u64>> {
        self.look(count).await
    }

    async fn get(&self, id: u64) -> Result<Option<DeadLetter>> {
        let id = id.cast_signed();
        let found = self.look(move |conn| select(conn, "where id = ?1", params![id]));
        Ok(found.await?.into_iter().next())
    }

    async fn redrive(&self, id: u64) -> Result<bool> {
        self.settle(id, LetterFate::Redrive).await
    }

    async fn discard(&self, id: u64) -> Result<bool> {
        self.settle(id, LetterFate::Discard).await
    }
}

impl EmbeddedLog {
    /// Letters are written softly: what was given up before this call must be seen.
    async fn look<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let shared = self.shared();
        shared.inbox.ask(Request::Barrier).await?;
        shared.readers.run(read).await
    }

    async fn settle(&self, id: u64, fate: LetterFate) -> Result<bool> {
        let id = id.cast_signed();
        let request = |answer| Request::Letter { id, fate, answer };
        self.shared().inbox.ask(request).await
    }
}

fn count(conn: &Connection) -> Result<BTreeMap<String, u64>> {
    let mut statement = conn.prepare(COUNTED).map_err(|e| unreadable(&e))?;
    let pair = |row: &Row<'_>| Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned()));
    let counted = statement.query_map([], pair).map_err(|e| unreadable(&e))?;
    counted
        .collect::<rusqlite::Result<_>>()
        .map_err(|e| unreadable(&e))
}

fn select(conn: &Connection, condition: &str, values: impl Params) -> Result<Vec<DeadLetter>> {
    let mut statement = conn
        .prepare(&format!("{SELECT}{condition}"))
        .map_err(|e| unreadable(&e))?;
    let mut rows = statement.query(values).map_err(|e| unreadable(&e))?;
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
