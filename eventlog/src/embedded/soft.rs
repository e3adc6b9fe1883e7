//! Bookkeeping that is written in order, with the next commit or soon after.
use crate::{Job, Pause, Seq};
use rusqlite::{Connection, params};
use std::sync::Arc;
use uuid::Uuid;

/// One piece of bookkeeping. Each may be repeated without harm.
#[derive(Debug, Clone)]
pub(super) enum Soft {
    /// A message that waits for its next delivery; replaces what was known of it.
    Retry {
        group: Arc<str>,
        seq: Seq,
        attempts: u32,
        due_us: i64,
        error: String,
    },
    /// A message that once waited for a retry was handled.
    RetryDone {
        group: Arc<str>,
        seq: Seq,
    },
    /// A message was given up.
    Dead {
        group: Arc<str>,
        seq: Seq,
        attempts: u32,
        at_us: i64,
        reason: String,
    },
    /// A job as it is now.
    Job {
        job: Job,
        not_before_us: i64,
        deliveries: u32,
    },
    JobGone(Uuid),
    Paused(Pause),
    /// The pause of that project, or of the whole queue, was lifted.
    Resumed(Option<String>),
}

/// Where a group is: all up to `through` was handled, is in `retries`, or is listed in `outstanding`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Progress {
    pub group: Arc<str>,
    pub through: Seq,
    /// Sequence and deliveries so far.
    pub outstanding: Vec<(Seq, u32)>,
}

pub(super) fn execute(conn: &Connection, soft: &Soft) -> rusqlite::Result<()> {
    match soft {
        Soft::Retry {
            group,
            seq,
            attempts,
            due_us,
            error,
        } => run(
            conn,
            "insert or replace into retries (group_name, seq, attempts, due_us, error) values (?1, ?2, ?3, ?4, ?5)",
            params![group, seq.cast_signed(), attempts, due_us, error],
        ),
        Soft::RetryDone { group, seq } => forget_retry(conn, group, *seq),
        Soft::Dead {
            group,
            seq,
            attempts,
            at_us,
            reason,
        } => {
            forget_retry(conn, group, *seq)?;
            run(
                conn,
                "insert or replace into dead_letters (group_name, seq, reason, attempts, at_us) values (?1, ?2, ?3, ?4, ?5)",
                params![group, seq.cast_signed(), reason, attempts, at_us],
            )
        }
        Soft::Job {
            job,
            not_before_us,
            deliveries,
        } => run(
            conn,
            "insert or replace into jobs (id, story_id, project_id, priority, enqueued_us, not_before_us, deliveries) \
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                job.id.as_bytes(),
                job.story_id,
                job.project_id,
                job.priority,
                job.enqueued_us,
                not_before_us,
                deliveries
            ],
        ),
        Soft::JobGone(id) => run(
            conn,
            "delete from jobs where id = ?1",
            params![id.as_bytes()],
        ),
        Soft::Paused(pause) => run(
            conn,
            "insert or replace into pauses (project, by, since_us) values (?1, ?2, ?3)",
            params![whole(pause.project_id.as_deref()), pause.by, pause.since_us],
        ),
        Soft::Resumed(project) => run(
            conn,
            "delete from pauses where project = ?1",
            params![whole(project.as_deref())],
        ),
    }
}

/// The key of a pause: the empty name is the whole queue.
fn whole(project: Option<&str>) -> &str {
    project.unwrap_or_default()
}

fn forget_retry(conn: &Connection, group: &str, seq: Seq) -> rusqlite::Result<()> {
    run(
        conn,
        "delete from retries where group_name = ?1 and seq = ?2",
        params![group, seq.cast_signed()],
    )
}

pub(super) fn save(conn: &Connection, progress: &Progress) -> rusqlite::Result<()> {
    let mut outstanding = Vec::with_capacity(progress.outstanding.len() * 12);
    for (seq, attempts) in &progress.outstanding {
        outstanding.extend_from_slice(&seq.to_be_bytes());
        outstanding.extend_from_slice(&attempts.to_be_bytes());
    }
    run(
        conn,
        "insert or replace into groups (name, through, outstanding) values (?1, ?2, ?3)",
        params![progress.group, progress.through.cast_signed(), outstanding],
    )
}

/// Reads what [`save`] wrote of the messages under way; `None` when it is not that.
pub(super) fn outstanding(bytes: &[u8]) -> Option<Vec<(Seq, u32)>> {
    let (entries, rest) = bytes.as_chunks::<12>();
    if !rest.is_empty() {
        return None;
    }
    let entry = |entry: &[u8; 12]| {
        let seq = Seq::from_be_bytes(entry[..8].try_into().ok()?);
        let attempts = u32::from_be_bytes(entry[8..].try_into().ok()?);
        Some((seq, attempts))
    };
    entries.iter().map(entry).collect()
}

fn run(conn: &Connection, sql: &str, values: impl rusqlite::Params) -> rusqlite::Result<()> {
    conn.prepare_cached(sql)?.execute(values)?;
    Ok(())
}
