use super::{
    clock::Clock, group::Groups, queue::Jobs, readers::Readers, request::Inbox, tail::Tail,
};
use crate::Seq;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use tokio::sync::watch;
use uuid::Uuid;

/// What callers, streams and deliveries of one open log have in common.
#[derive(Debug)]
pub(super) struct Shared {
    pub log_id: Uuid,
    pub clock: Clock,
    pub tail: Arc<RwLock<Tail>>,
    /// The last committed sequence; its sender lives with the writer and ends with it.
    pub head: watch::Receiver<Seq>,
    pub readers: Readers,
    pub inbox: Inbox,
    pub groups: Arc<Groups>,
    pub jobs: Jobs,
}

impl Shared {
    pub fn tail(&self) -> RwLockReadGuard<'_, Tail> {
        self.tail.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A panic of somebody else under the lock leaves data that each holder keeps whole, so it goes on.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
