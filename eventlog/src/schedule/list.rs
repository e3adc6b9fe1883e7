//! The queue as people see it.
use super::{Candidate, Rules, order};
use crate::{JobState, QueuedJob, Reason};

/// How a job stands in an adapter's queue.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    pub candidate: Candidate<'a>,
    pub deliveries: u32,
    /// Who has claimed it.
    pub worker: Option<&'a str>,
}

/// Claimed jobs first, then the waiting ones in the order in which they would run.
pub fn list<'a>(jobs: impl Iterator<Item = Standing<'a>>, rules: Rules<'_>) -> Vec<QueuedJob> {
    let (mut claimed, waiting): (Vec<_>, Vec<_>) = jobs.partition(|it| it.worker.is_some());
    claimed.sort_by_key(|it| (it.candidate.job.enqueued_us, it.candidate.job.id));
    let running = claimed.into_iter().map(|it| {
        let words = format!("running on {}", it.worker.unwrap_or_default());
        it.queued(JobState::Claimed, 0, Reason::Running, words)
    });
    let candidates: Vec<_> = waiting.iter().map(|it| it.candidate).collect();
    let placements = (1..).zip(order(&candidates, rules));
    let waiting = placements.map(|(position, placed)| {
        let (it, words) = (waiting[placed.index], placed.waiting_for);
        it.queued(JobState::Waiting, position, placed.reason, words)
    });
    running.chain(waiting).collect()
}

impl Standing<'_> {
    fn queued(
        self,
        state: JobState,
        position: u32,
        reason: Reason,
        waiting_for: String,
    ) -> QueuedJob {
        QueuedJob {
            job: self.candidate.job.clone(),
            state,
            position,
            reason,
            waiting_for,
            deliveries: self.deliveries,
        }
    }
}
