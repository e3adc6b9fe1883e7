//! A job in the hands of a worker.
use super::{port::note, state::Claimed};
use crate::embedded::{shared::Shared, soft::Soft};
use crate::{Claim, Job, LogError, port::Result};
use async_trait::async_trait;
use std::{sync::Arc, time::Duration};

pub(super) struct EmbeddedClaim {
    shared: Arc<Shared>,
    claimed: Claimed,
    lease: Duration,
}

impl EmbeddedClaim {
    pub fn new(shared: Arc<Shared>, claimed: Claimed, lease: Duration) -> Self {
        Self {
            shared,
            claimed,
            lease,
        }
    }

    fn now_us(&self) -> i64 {
        self.shared.clock.now_us()
    }

    fn lost(&self) -> LogError {
        let (job, lease) = (&self.claimed.snapshot.job, self.lease.as_secs_f32());
        LogError::Rejected(format!(
            "the claim on job {} had no heartbeat for {lease} s and was lost: stop working on it",
            job.id
        ))
    }
}

#[async_trait]
impl Claim for EmbeddedClaim {
    fn job(&self) -> &Job {
        &self.claimed.snapshot.job
    }

    fn delivery(&self) -> u32 {
        self.claimed.snapshot.deliveries
    }

    async fn heartbeat(&self) -> Result<()> {
        let (id, now_us) = (self.claimed.snapshot.job.id, self.now_us());
        let mut state = self.shared.jobs.state();
        if !state.holds(id, self.claimed.turn, now_us) {
            return Err(self.lost());
        }
        state.extend(id, after(now_us, self.lease));
        Ok(())
    }

    async fn done(self: Box<Self>) -> Result<()> {
        let id = self.claimed.snapshot.job.id;
        let permit = self.shared.inbox.soft().await?;
        {
            let mut state = self.shared.jobs.state();
            if !state.holds(id, self.claimed.turn, self.now_us()) {
                return Err(self.lost());
            }
            state.done(id);
            permit.send(Soft::JobGone(id));
        }
        self.shared.jobs.changed.notify_waiters();
        Ok(())
    }

    async fn release(self: Box<Self>, delay: Duration) -> Result<()> {
        let id = self.claimed.snapshot.job.id;
        let permit = self.shared.inbox.soft().await?;
        {
            let mut state = self.shared.jobs.state();
            let now_us = self.now_us();
            if !state.holds(id, self.claimed.turn, now_us) {
                return Err(self.lost());
            }
            if let Some(snapshot) = state.release(id, after(now_us, delay)) {
                permit.send(note(snapshot));
            }
        }
        self.shared.jobs.changed.notify_waiters();
        Ok(())
    }
}

fn after(now_us: i64, wait: Duration) -> i64 {
    now_us.saturating_add(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX))
}
