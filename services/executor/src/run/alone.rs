//! One run of a session at a time in one process. The session's stream tells executors apart, not two runs of the same one.
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};
use uuid::Uuid;

/// The sessions that run in this process.
#[derive(Clone, Default)]
pub struct Alone(Arc<Mutex<HashSet<Uuid>>>);

/// Nobody else runs the session in this process as long as this is held.
pub struct Held {
    alone: Alone,
    session: Uuid,
}

impl Alone {
    /// `None` while a run of the session has not ended.
    pub fn with(&self, session: Uuid) -> Option<Held> {
        self.change(|sessions| sessions.insert(session))
            .then(|| Held {
                alone: self.clone(),
                session,
            })
    }

    fn change(&self, how: impl FnOnce(&mut HashSet<Uuid>) -> bool) -> bool {
        how(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.alone.change(|sessions| sessions.remove(&self.session));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_run_again_only_after_its_run_has_ended() {
        let alone = Alone::default();
        let first = alone.with(Uuid::nil());
        assert!(first.is_some() && alone.with(Uuid::nil()).is_none());
        drop(first);
        assert!(alone.with(Uuid::nil()).is_some());
    }
}
