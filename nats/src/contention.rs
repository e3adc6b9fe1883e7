//! Writers of this process that contend for one aggregate. Told of their conflicts all at once they would reload and
//! collide again, all but one of them; so they are told in turn, each when the one before has appended.
use errand_proto::Subject;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::{sync::Notify, time::timeout};

/// A turn lasts as many times as long as the vain attempt took, which was without the load.
const TURN_SHARE: u32 = 3;
/// Bounds of a turn. One that ends without an append, because the writer gave up, delays the next no longer.
const TURN: [Duration; 2] = [Duration::from_millis(25), Duration::from_millis(500)];
/// Nobody waits longer than this for its turn.
const MAX_WAIT: Duration = Duration::from_secs(2);
/// Aggregates with a line, before those that nobody waits for are forgotten.
const MAX_IDLE_LINES: usize = 1024;

#[derive(Debug, Default)]
pub(crate) struct Contention(Mutex<HashMap<Subject, Arc<Line>>>);

/// Those who wait for one aggregate, first come, first served.
#[derive(Debug, Default)]
struct Line {
    /// When the present turn ends at the latest.
    until: Mutex<Option<Instant>>,
    ended: Notify,
}

impl Contention {
    /// Waits for a turn before a conflict is told; `took` is how long the vain attempt took here and now.
    pub async fn turn(&self, subject: &Subject, took: Duration) {
        let line = self.line(subject);
        let length = took.saturating_mul(TURN_SHARE).clamp(TURN[0], TURN[1]);
        let since = Instant::now();
        while let Some(left) = line.take(length) {
            let patience = MAX_WAIT.saturating_sub(since.elapsed());
            if patience.is_zero() {
                return;
            }
            // Whether it ended or ran out, the turn is there to be taken.
            let _ = timeout(left.min(patience), line.ended.notified()).await;
        }
    }

    /// Somebody appended.
    pub fn turn_ended(&self, subject: &Subject) {
        let mut lines = self.lines();
        let Some(line) = lines.get(subject) else {
            return;
        };
        *line.until() = None;
        line.ended.notify_one();
        if Arc::strong_count(line) == 1 {
            lines.remove(subject);
        }
    }

    fn line(&self, subject: &Subject) -> Arc<Line> {
        let mut lines = self.lines();
        if lines.len() >= MAX_IDLE_LINES {
            lines.retain(|_, line| Arc::strong_count(line) > 1);
        }
        lines.entry(subject.clone()).or_default().clone()
    }

    fn lines(&self) -> MutexGuard<'_, HashMap<Subject, Arc<Line>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    /// Takes the turn, or tells how long another one may still have it.
    fn take(&self, length: Duration) -> Option<Duration> {
        let mut until = self.until();
        let now = Instant::now();
        let left = until.map(|until| until.saturating_duration_since(now));
        let left = left.filter(|left| !left.is_zero());
        if left.is_none() {
            *until = Some(now + length);
        }
        left
    }

    fn until(&self) -> MutexGuard<'_, Option<Instant>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use errand_proto::AggregateKind;
    use futures::FutureExt;

    const NO_TIME: Duration = Duration::ZERO;

    #[tokio::test]
    async fn the_second_waits_until_the_first_has_appended() {
        let story = |id| Subject::new("main", AggregateKind::Story, id).unwrap();
        let (contention, ours) = (Contention::default(), story("a"));
        contention.turn(&ours, MAX_WAIT).await;
        assert!(
            contention
                .turn(&story("b"), NO_TIME)
                .now_or_never()
                .is_some()
        );
        let mut second = Box::pin(contention.turn(&ours, NO_TIME));
        assert!(second.as_mut().now_or_never().is_none(), "not in turn");
        contention.turn_ended(&ours);
        assert!(second.now_or_never().is_some(), "still waiting");
    }
}
