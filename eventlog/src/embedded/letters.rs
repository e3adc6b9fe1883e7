//! What a person decides about a dead letter, inside the writer's transaction.
use super::{
    request::LetterFate,
    soft::{self, Soft},
};
use crate::Seq;
use rusqlite::{Connection, OptionalExtension};
use std::sync::Arc;

/// A letter that left the box.
#[derive(Debug, Clone)]
pub(super) struct Released {
    pub group: Arc<str>,
    pub seq: Seq,
    pub redriven: bool,
}

/// `None` when there is no such letter.
pub(super) fn settle(
    conn: &Connection,
    id: i64,
    fate: LetterFate,
    now_us: i64,
) -> rusqlite::Result<Option<Released>> {
    let found = conn
        .prepare_cached("delete from dead_letters where id = ?1 returning group_name, seq")?
        .query_row([id], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)))
        .optional()?;
    let Some((group, seq)) = found else {
        return Ok(None);
    };
    let released = Released {
        group,
        seq: seq.cast_unsigned(),
        redriven: fate == LetterFate::Redrive,
    };
    if released.redriven {
        let retry = Soft::Retry {
            group: released.group.clone(),
            seq: released.seq,
            attempts: 0,
            due_us: now_us,
            error: String::new(),
        };
        soft::execute(conn, &retry)?;
    }
    Ok(Some(released))
}
