//! One aggregate's events: from memory when it was busy lately, else from SQLite.
//!
//! Going to a blocking thread and back costs about 25 µs, more than the read. It is paid for aggregates that exist,
//! so that a long one or a slow disk stands in nobody's way. That there is none, which is what is loaded before every
//! new one, takes one look into an index and is told at once.
use super::{error::unreadable, row, shared::Shared};
use crate::{Recorded, Seq, port::Result};
use errand_proto::Subject;
use rusqlite::{Connection, params};
use std::sync::Arc;

pub(super) async fn load(
    shared: &Shared,
    subject: &Subject,
    after: Seq,
) -> Result<Vec<Arc<Recorded>>> {
    let held = shared.tail().load(subject, after);
    if let Some(events) = held {
        return Ok(events);
    }
    if let Some(known) = shared.readers.now(|conn| is_known(conn, subject))
        && !known?
    {
        return Ok(Vec::new());
    }
    let subject = subject.clone();
    let stored = shared
        .readers
        .run(move |conn| stored(conn, &subject, after));
    stored.await
}

fn is_known(conn: &Connection, subject: &Subject) -> Result<bool> {
    let known = conn
        .prepare_cached("select 1 from streams where subject = ?1")
        .and_then(|mut statement| statement.exists([subject.as_str()]));
    known.map_err(|e| unreadable(&e))
}

fn stored(conn: &Connection, subject: &Subject, after: Seq) -> Result<Vec<Arc<Recorded>>> {
    let sql = format!(
        "{}where e.stream = (select id from streams where subject = ?1) and e.seq > ?2 order by e.seq",
        row::SELECT
    );
    let mut statement = conn.prepare_cached(&sql).map_err(|e| unreadable(&e))?;
    let mut rows = statement
        .query(params![subject.as_str(), after.cast_signed()])
        .map_err(|e| unreadable(&e))?;
    let mut events = Vec::new();
    while let Some(row) = rows.next().map_err(|e| unreadable(&e))? {
        events.push(row::recorded(row)?);
    }
    Ok(events)
}
