//! Which delivery of a message is the present one, as far as this process can know.
use super::hub::Taken;
use crate::{limits::REMEMBERED_DELIVERIES, topology::Stream};
use errand_eventlog::Seq;
use lru::LruCache;
use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

/// The number of each message's last delivery in this process, so that an older one learns that it is over.
#[derive(Clone)]
pub(super) struct Latest(Arc<Mutex<LruCache<(Stream, Seq), u32>>>);

impl Default for Latest {
    fn default() -> Self {
        let capacity = NonZeroUsize::new(REMEMBERED_DELIVERIES).unwrap_or(NonZeroUsize::MIN);
        Self(Arc::new(Mutex::new(LruCache::new(capacity))))
    }
}

impl Latest {
    pub fn note(&self, taken: &Taken) {
        if let Ok(info) = taken.message.info() {
            let number = u32::try_from(info.delivered).unwrap_or(u32::MAX);
            let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            latest.put((taken.from, info.stream_sequence), number);
        }
    }

    /// Whether a later delivery of the message came to this process.
    pub fn is_over(&self, origin: (Stream, Seq), number: u32) -> bool {
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        latest.get(&origin).is_some_and(|latest| *latest > number)
    }
}
