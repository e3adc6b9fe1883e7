//! What has just changed, for pages that are open.
use crate::keys::Keys;
use errand_eventlog::Seq;
use serde::Serialize;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::broadcast::{self, error::RecvError};

/// Changes kept for a slow or returning listener; one that misses more is told to reload.
pub const MAX_KEPT_CHANGES: usize = 512;

/// One committed batch of one projection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    pub projection: &'static str,
    /// The log sequence that the projection has reached.
    pub seq: Seq,
    /// The sequence that every projection has reached: the safe `id` of a server-sent event. A listener that comes back
    /// with it through [`Changes::subscribe_since`] misses nothing.
    pub settled: Seq,
    #[serde(flatten)]
    pub keys: Keys,
}

/// What a listener gets.
#[derive(Debug, Clone)]
pub enum Update {
    Changed(Arc<Change>),
    /// Changes were missed: everything shown may be out of date.
    Reload,
}

/// Hands out changes. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Changes(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    sender: broadcast::Sender<Arc<Change>>,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    changes: VecDeque<Arc<Change>>,
    /// Changes up to here may be gone.
    forgotten_through: Seq,
}

/// The changes from now on.
#[derive(Debug)]
pub struct Listener {
    missed: VecDeque<Update>,
    receiver: broadcast::Receiver<Arc<Change>>,
}

impl Default for Changes {
    fn default() -> Self {
        Self(Arc::new(Inner {
            sender: broadcast::Sender::new(MAX_KEPT_CHANGES),
            kept: Mutex::default(),
        }))
    }
}

impl Changes {
    /// Changes from now on.
    pub fn subscribe(&self) -> Listener {
        Listener {
            missed: VecDeque::new(),
            receiver: self.0.sender.subscribe(),
        }
    }

    /// Changes after a [`Change::settled`] that the listener has seen, and from now on. Begins with
    /// [`Update::Reload`] when they are no longer kept.
    pub fn subscribe_since(&self, settled: Seq) -> Listener {
        let kept = self.kept();
        let missed = if settled < kept.forgotten_through {
            VecDeque::from([Update::Reload])
        } else {
            let later = kept.changes.iter().filter(|c| c.seq > settled);
            later.cloned().map(Update::Changed).collect()
        };
        // Still under the lock: nothing can come between what is kept and what will be sent.
        let receiver = self.0.sender.subscribe();
        Listener { missed, receiver }
    }

    pub(crate) fn announce(&self, change: Change) {
        let change = Arc::new(change);
        let mut kept = self.kept();
        if kept.changes.len() == MAX_KEPT_CHANGES
            && let Some(oldest) = kept.changes.pop_front()
        {
            kept.forgotten_through = kept.forgotten_through.max(oldest.seq);
        }
        kept.changes.push_back(Arc::clone(&change));
        // An error only says that nobody listens.
        let _ = self.0.sender.send(change);
    }

    /// Changes up to here were made before this process began.
    pub(crate) fn begins_after(&self, seq: Seq) {
        let mut kept = self.kept();
        kept.forgotten_through = kept.forgotten_through.max(seq);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Nothing panics while it is held, and a half-made push would only make a listener reload.
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener {
    /// Waits for the next change; `None` once the projections are gone.
    pub async fn next(&mut self) -> Option<Update> {
        if let Some(update) = self.missed.pop_front() {
            return Some(update);
        }
        match self.receiver.recv().await {
            Ok(change) => Some(Update::Changed(change)),
            Err(RecvError::Lagged(_)) => Some(Update::Reload),
            Err(RecvError::Closed) => None,
        }
    }
}

#[cfg(test)]
mod tests;
