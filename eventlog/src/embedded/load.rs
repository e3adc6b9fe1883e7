//! One aggregate's events.
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
    let subject = subject.clone();
    let stored = shared
        .readers
        .run(move |conn| stored(conn, &subject, after));
    stored.await
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
