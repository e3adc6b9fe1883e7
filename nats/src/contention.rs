//! Writers of this process that contend for one aggregate. Told of their conflicts all at once they would reload and
//! collide again, all but one of them: each waits longer, at random, the more of them there are.
use errand_proto::Subject;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Bounds of the time that one reload with its append is given.
const SPACING: [Duration; 2] = [Duration::from_millis(8), Duration::from_millis(128)];
const MAX_WAIT: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub(crate) struct Contention(Mutex<HashMap<Subject, u32>>);

impl Contention {
    /// Waits before a conflict is told; `took` is how long the vain attempt took, of which half was its append.
    pub async fn wait(&self, subject: &Subject, took: Duration) {
        let waiting = self.join(subject);
        let spacing = (took / 2).clamp(SPACING[0], SPACING[1]);
        let most = spacing.saturating_mul(waiting.others + 1).min(MAX_WAIT);
        let part = (uuid::Uuid::new_v4().as_u128() % 1000) as f64 / 1000.0;
        tokio::time::sleep(most.mul_f64(part)).await;
    }

    fn join(&self, subject: &Subject) -> Waiting<'_> {
        let mut waiting = self.waiting();
        let count = waiting.entry(subject.clone()).or_default();
        *count += 1;
        Waiting {
            contention: self,
            subject: subject.clone(),
            others: *count - 1,
        }
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<Subject, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Waiting<'a> {
    contention: &'a Contention,
    subject: Subject,
    others: u32,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut waiting = self.contention.waiting();
        if let Some(count) = waiting.get_mut(&self.subject) {
            *count -= 1;
            if *count == 0 {
                waiting.remove(&self.subject);
            }
        }
    }
}
