//! All groups of the log.
use super::state::State;
use crate::embedded::{
    limits::MAX_GROUPS,
    shared::lock,
    soft::{self, Progress},
};
use crate::{GroupStatus, LogError, Seq, port::Result};
use rusqlite::Connection;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};
use tokio::sync::Notify;

/// One group: its readers share it.
#[derive(Debug)]
pub(in crate::embedded) struct Handle {
    pub name: Arc<str>,
    state: Mutex<State>,
    /// Something may be deliverable that was not before.
    pub changed: Notify,
    /// Held by the reader that looks through more of the log for all of them.
    pub scanning: tokio::sync::Mutex<()>,
}

impl Handle {
    fn new(name: Arc<str>, state: State) -> Arc<Self> {
        Arc::new(Self {
            name,
            state: Mutex::new(state),
            changed: Notify::new(),
            scanning: tokio::sync::Mutex::new(()),
        })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

#[derive(Debug, Default)]
pub(in crate::embedded) struct Groups(Mutex<HashMap<Arc<str>, Arc<Handle>>>);

impl Groups {
    /// Reads all groups and their retries from disk.
    pub fn restore(conn: &Connection) -> rusqlite::Result<Self> {
        let mut groups = HashMap::new();
        let mut saved = conn.prepare("select name, through, outstanding from groups")?;
        let mut rows = saved.query([])?;
        while let Some(row) = rows.next()? {
            let name: Arc<str> = row.get(0)?;
            let through = row.get::<_, i64>(1)?.cast_unsigned();
            let outstanding: Vec<u8> = row.get(2)?;
            let outstanding =
                soft::outstanding(&outstanding).ok_or(rusqlite::Error::InvalidQuery)?;
            groups.insert(name, State::restored(through, &outstanding));
        }
        let mut retries = conn.prepare("select group_name, seq, attempts, due_us from retries")?;
        let mut rows = retries.query([])?;
        while let Some(row) = rows.next()? {
            let name: Arc<str> = row.get(0)?;
            let seq = row.get::<_, i64>(1)?.cast_unsigned();
            let state = groups.entry(name).or_default();
            state.restore_retry(seq, row.get(2)?, row.get(3)?);
        }
        let handle = |(name, state): (Arc<str>, State)| (name.clone(), Handle::new(name, state));
        Ok(Self(Mutex::new(groups.into_iter().map(handle).collect())))
    }

    /// The group of that name; a new one begins before the first event.
    ///
    /// # Errors
    /// There are too many.
    pub fn get_or_create(&self, name: &str) -> Result<Arc<Handle>> {
        let mut groups = lock(&self.0);
        if let Some(group) = groups.get(name) {
            return Ok(group.clone());
        }
        if groups.len() >= MAX_GROUPS {
            return Err(LogError::Rejected(format!(
                "there are already {MAX_GROUPS} groups, which is the limit"
            )));
        }
        let name: Arc<str> = name.into();
        let state = State::restored(0, &[]);
        let group = Handle::new(name.clone(), state);
        groups.insert(name, group.clone());
        Ok(group)
    }

    /// A letter that was set aside comes back as a first attempt.
    pub fn redeliver(&self, name: &str, seq: Seq, due_us: i64) {
        // Its readers may come only later. Beyond the limit of groups it waits on disk for the next start.
        if let Ok(group) = self.get_or_create(name) {
            group.state().retry(seq, 0, due_us);
            group.changed.notify_waiters();
        }
    }

    /// What must be written; each group counts as written from now on.
    pub fn take_progress(&self) -> Vec<Progress> {
        let groups = lock(&self.0);
        let take = |group: &Arc<Handle>| {
            let mut state = group.state();
            std::mem::take(&mut state.dirty).then(|| Progress {
                group: group.name.clone(),
                through: state.through(),
                outstanding: state.unsaved(),
            })
        };
        groups.values().filter_map(take).collect()
    }

    /// The write failed: it must be done again.
    pub fn give_back(&self, progress: &[Progress]) {
        let groups = lock(&self.0);
        for progress in progress {
            if let Some(group) = groups.get(&progress.group) {
                group.state().dirty = true;
            }
        }
    }

    pub fn status(&self, head: Seq) -> Vec<GroupStatus> {
        let groups = lock(&self.0);
        let status = |group: &Arc<Handle>| {
            let state = group.state();
            GroupStatus {
                name: group.name.to_string(),
                acked_through: state.acked_through(),
                head,
                outstanding: state.outstanding(),
            }
        };
        let mut all: Vec<_> = groups.values().map(status).collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }
}
