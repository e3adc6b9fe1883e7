//! The job queue: all jobs in memory, each change noted on disk in order.
//!
//! # Layout
//! - [`state`]: jobs, claims and leases; no clock, no disk.
//! - [`port`]: the queue as callers see it.
//! - [`claim`]: a job in the hands of a worker.

mod claim;
mod port;
mod state;

use crate::{Job, Pause};
use rusqlite::Connection;
use state::State;
use std::sync::{Mutex, MutexGuard};
use tokio::sync::Notify;
use uuid::Uuid;

use super::shared::lock;

#[derive(Debug, Default)]
pub(super) struct Jobs {
    state: Mutex<State>,
    /// Some job may be claimable that was not before.
    changed: Notify,
}

impl Jobs {
    /// Reads all jobs from disk. Their workers lived in the process that ended, so none is claimed.
    pub fn restore(conn: &Connection) -> rusqlite::Result<Self> {
        let mut select = conn.prepare(
            "select id, story_id, project_id, priority, enqueued_us, not_before_us, deliveries from jobs",
        )?;
        let mut rows = select.query([])?;
        let mut state = State::default();
        while let Some(row) = rows.next()? {
            let job = Job {
                id: Uuid::from_bytes(row.get(0)?),
                story_id: row.get(1)?,
                project_id: row.get(2)?,
                priority: row.get(3)?,
                enqueued_us: row.get(4)?,
            };
            state.restore(job, row.get(5)?, row.get(6)?);
        }
        restore_pauses(conn, &mut state)?;
        Ok(Self {
            state: Mutex::new(state),
            changed: Notify::new(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn restore_pauses(conn: &Connection, state: &mut State) -> rusqlite::Result<()> {
    let mut select = conn.prepare("select project, by, since_us from pauses")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let project: String = row.get(0)?;
        let pause = Pause {
            project_id: Some(project).filter(|project| !project.is_empty()),
            by: row.get(1)?,
            since_us: row.get(2)?,
        };
        // No more were written than are allowed.
        let _ = state.pauses.add(pause);
    }
    Ok(())
}
