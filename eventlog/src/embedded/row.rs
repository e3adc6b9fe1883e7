//! One row of `events` to and from an event.
use super::error::unreadable;
use crate::{Filter, LogError, NewEvent, Recorded, Seq, port::Result};
use bytes::Bytes;
use errand_proto::{Envelope, Subject};
use rusqlite::{Connection, Row, params, types::ValueRef};
use std::sync::Arc;
use uuid::Uuid;

/// Selects what [`recorded`] reads; a condition is appended.
pub(super) const SELECT: &str = "select e.seq, s.subject, e.type, e.id, e.source, e.time_us, e.correlation, \
    e.causation, e.command, e.version, e.traceparent, e.data from events e join streams s on s.id = e.stream ";

const INSERT: &str = "insert into events (seq, stream, stored_us, id, type, source, time_us, correlation, causation, \
    command, version, traceparent, data) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";

pub(super) fn insert(
    conn: &Connection,
    seq: Seq,
    stream: i64,
    stored_us: i64,
    event: &NewEvent,
) -> rusqlite::Result<()> {
    let envelope = &event.envelope;
    let mut statement = conn.prepare_cached(INSERT)?;
    statement.execute(params![
        seq.cast_signed(),
        stream,
        stored_us,
        envelope.id.as_bytes(),
        envelope.event_type,
        envelope.source,
        envelope.time_us,
        envelope.correlation_id.as_bytes(),
        envelope.causation_id.as_bytes(),
        envelope.command_id.as_bytes(),
        envelope.aggregate_version.cast_signed(),
        envelope.traceparent,
        &event.data[..],
    ])?;
    Ok(())
}

/// The sequence alone, for rows that a filter leaves out.
pub(super) fn seq(row: &Row<'_>) -> Result<Seq> {
    let seq: i64 = row.get(0).map_err(|e| unreadable(&e))?;
    Ok(seq.cast_unsigned())
}

/// False only when the filter surely leaves the row out, told from the raw columns, which is cheap.
pub(super) fn may_match(row: &Row<'_>, filter: &Filter) -> bool {
    let text = |column| match row.get_ref(column) {
        Ok(ValueRef::Text(text)) => text,
        _ => b"",
    };
    let kind = || text(1).split(|b| *b == b'.').nth(2).unwrap_or_default();
    (filter.types.is_empty() || filter.types.iter().any(|t| t.as_bytes() == text(2)))
        && (filter.kinds.is_empty() || filter.kinds.iter().any(|k| k.as_str().as_bytes() == kind()))
}

pub(super) fn recorded(row: &Row<'_>) -> Result<Arc<Recorded>> {
    let seq = seq(row)?;
    let subject: String = row.get(1).map_err(|e| corrupt(seq, &e))?;
    let subject: Subject = subject.parse().map_err(|e| corrupt(seq, &e))?;
    let (envelope, data) = body(row).map_err(|e| corrupt(seq, &e))?;
    Ok(Arc::new(Recorded {
        seq,
        subject,
        envelope,
        data,
    }))
}

fn body(row: &Row<'_>) -> rusqlite::Result<(Envelope, Bytes)> {
    let envelope = Envelope {
        event_type: row.get(2)?,
        id: uuid(row, 3)?,
        source: row.get(4)?,
        time_us: row.get(5)?,
        correlation_id: uuid(row, 6)?,
        causation_id: uuid(row, 7)?,
        command_id: uuid(row, 8)?,
        aggregate_version: row.get::<_, i64>(9)?.cast_unsigned(),
        traceparent: row.get(10)?,
    };
    Ok((envelope, Bytes::from(row.get::<_, Vec<u8>>(11)?)))
}

fn uuid(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    row.get::<_, [u8; 16]>(column).map(Uuid::from_bytes)
}

fn corrupt(seq: Seq, error: &dyn std::fmt::Display) -> LogError {
    LogError::Corrupt(format!("event {seq}: {error}"))
}

#[cfg(test)]
pub(super) fn test_event(seq: Seq, id: &str) -> Recorded {
    use errand_proto::AggregateKind;
    Recorded {
        seq,
        subject: Subject::new("main", AggregateKind::Story, id).unwrap(),
        envelope: Envelope {
            id: Uuid::from_u128(seq.into()),
            event_type: "errand.v1.StoryCreated".into(),
            source: "errand/test".into(),
            time_us: 0,
            correlation_id: Uuid::nil(),
            causation_id: Uuid::nil(),
            command_id: Uuid::nil(),
            aggregate_version: 1,
            traceparent: None,
        },
        data: Bytes::new(),
    }
}
