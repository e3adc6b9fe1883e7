//! A job in the hands of a worker.
use super::{revision::Revision, store::Change};
use crate::shared::Shared;
use async_trait::async_trait;
use errand_eventlog::{Claim, Job, LogError, port::Result};
use std::{sync::Arc, time::Duration};

#[derive(Debug)]
pub(super) struct NatsClaim {
    shared: Arc<Shared>,
    job: Job,
    /// The job as it was claimed.
    claimed: Revision,
}

/// Why nothing was written.
enum Ended {
    /// By this claim, in an attempt whose answer was lost.
    Before,
    Lost,
}

impl NatsClaim {
    pub fn new(shared: Arc<Shared>, claimed: Revision) -> Self {
        Self {
            shared,
            job: claimed.job(),
            claimed,
        }
    }

    /// Writes the next revision while the claim stands. Its own id tells it from every other claim of the job.
    async fn write(&self, next: impl Fn(&Revision) -> Revision + Send + Sync) -> Result<()> {
        let claim = self.claimed.claim;
        let mut tried = false;
        let decide = |present: Option<(Revision, _)>| match present {
            Some((revision, _)) if revision.claim == claim => {
                if revision.held.is_some() {
                    tried = true;
                    Change::To(next(&revision))
                } else if tried {
                    Change::Nothing(Ended::Before)
                } else {
                    Change::Nothing(Ended::Lost)
                }
            }
            _ => Change::Nothing(Ended::Lost),
        };
        match self.shared.change_job(self.job.id, decide).await? {
            None | Some(Ended::Before) => Ok(()),
            Some(Ended::Lost) => Err(self.lost()),
        }
    }

    fn lost(&self) -> LogError {
        let (id, held) = (self.job.id, self.claimed.held.as_ref());
        let lease = held.map_or(0.0, |held| held.lease().as_secs_f32());
        LogError::Rejected(format!(
            "the claim on job {id} had no heartbeat for {lease} s and was lost: stop working on it"
        ))
    }
}

#[async_trait]
impl Claim for NatsClaim {
    fn job(&self) -> &Job {
        &self.job
    }

    fn delivery(&self) -> u32 {
        self.claimed.deliveries
    }

    async fn heartbeat(&self) -> Result<()> {
        // A new revision, equal to the last: that it is new is the sign of life.
        self.write(Revision::clone).await
    }

    async fn done(self: Box<Self>) -> Result<()> {
        self.write(Revision::removed).await
    }

    async fn release(self: Box<Self>, after: Duration) -> Result<()> {
        let after_us = i64::try_from(after.as_micros()).unwrap_or(i64::MAX);
        let not_before_us = self.shared.clock.now_us().saturating_add(after_us);
        self.write(|revision| revision.released(not_before_us))
            .await
    }
}
