//! What this process knows of the last sequence of each aggregate, so that it always reads its own writes.
use crate::limits::KNOWN_SUBJECTS;
use errand_eventlog::Seq;
use errand_proto::Subject;
use lru::LruCache;
use std::{
    num::NonZeroUsize,
    sync::{Mutex, PoisonError},
};

#[derive(Debug)]
pub(crate) struct Known(Mutex<LruCache<Subject, Seq>>);

impl Default for Known {
    fn default() -> Self {
        let capacity = NonZeroUsize::new(KNOWN_SUBJECTS).unwrap_or(NonZeroUsize::MIN);
        Self(Mutex::new(LruCache::new(capacity)))
    }
}

impl Known {
    pub fn note(&self, subject: &Subject, last: Seq) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get_mut(subject) {
            Some(seq) => *seq = last.max(*seq),
            None => {
                known.put(subject.clone(), last);
            }
        }
    }

    /// 0 when nothing is known.
    pub fn last(&self, subject: &Subject) -> Seq {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(subject).copied().unwrap_or(0)
    }
}
