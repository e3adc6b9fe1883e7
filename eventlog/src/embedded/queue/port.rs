//! The queue as callers see it.
use super::{claim::EmbeddedClaim, state::Snapshot};
use crate::embedded::{
    EmbeddedLog,
    limits::{MAX_JOBS, MAX_TEXT_BYTES},
    request::Request,
    shared::Shared,
    soft::Soft,
};
use crate::{Claim, Job, JobQueue, LogError, Pause, QueueLimits, QueuedJob, port::Result};
use async_trait::async_trait;
use uuid::Uuid;

#[async_trait]
impl JobQueue for EmbeddedLog {
    async fn enqueue(&self, job: Job) -> Result<()> {
        job.check(MAX_TEXT_BYTES)?;
        let shared = self.shared();
        let permit = shared.inbox.soft().await?;
        {
            let mut state = shared.jobs.state();
            if state.len() >= MAX_JOBS {
                return Err(LogError::Rejected(format!(
                    "the queue holds {MAX_JOBS} jobs, which is the limit: wait or cancel some"
                )));
            }
            if !state.enqueue(job.clone()) {
                return Ok(());
            }
            permit.send(Soft::Job {
                job,
                not_before_us: 0,
                deliveries: 0,
            });
        }
        shared.jobs.changed.notify_waiters();
        Ok(())
    }

    async fn claim(&self, worker: &str, limits: &QueueLimits) -> Result<Box<dyn Claim>> {
        let shared = self.shared();
        let mut head = shared.head.clone();
        loop {
            let mut changed = std::pin::pin!(shared.jobs.changed.notified());
            changed.as_mut().enable();
            let permit = shared.inbox.soft().await?;
            let now_us = shared.clock.now_us();
            let wake_us = {
                let mut state = shared.jobs.state();
                if let Some(claimed) = state.claim(worker, limits, now_us) {
                    permit.send(note(claimed.snapshot.clone()));
                    drop(state);
                    let claim = EmbeddedClaim::new(shared.clone(), claimed, limits.lease);
                    return Ok(Box::new(claim));
                }
                drop(permit);
                state.wake_us(now_us)
            };
            tokio::select! {
                () = changed => {}
                () = sleep_until(shared, wake_us) => {}
                () = ended(&mut head) => return Err(crate::embedded::error::closed()),
            }
        }
    }

    async fn list(&self, limits: &QueueLimits) -> Result<Vec<QueuedJob>> {
        let shared = self.shared();
        let now_us = shared.clock.now_us();
        Ok(shared.jobs.state().list(limits, now_us))
    }

    async fn remove(&self, id: Uuid) -> Result<bool> {
        let shared = self.shared();
        let permit = shared.inbox.soft().await?;
        let now_us = shared.clock.now_us();
        let mut state = shared.jobs.state();
        let removed = state.remove(id, now_us);
        if removed {
            permit.send(Soft::JobGone(id));
        }
        Ok(removed)
    }

    async fn pause(&self, pause: Pause) -> Result<bool> {
        pause.check(MAX_TEXT_BYTES)?;
        let shared = self.shared();
        let permit = shared.inbox.soft().await?;
        let is_new = {
            let mut state = shared.jobs.state();
            let is_new = state.pauses.add(pause.clone())?;
            if is_new {
                permit.send(Soft::Paused(pause));
            }
            is_new
        };
        on_disk(shared).await?;
        Ok(is_new)
    }

    async fn resume(&self, project_id: Option<&str>) -> Result<bool> {
        let shared = self.shared();
        let permit = shared.inbox.soft().await?;
        let was_paused = {
            let mut state = shared.jobs.state();
            let was_paused = state.pauses.lift(project_id);
            if was_paused {
                permit.send(Soft::Resumed(project_id.map(str::to_owned)));
            }
            was_paused
        };
        shared.jobs.changed.notify_waiters();
        on_disk(shared).await?;
        Ok(was_paused)
    }

    async fn pauses(&self) -> Result<Vec<Pause>> {
        Ok(self.shared().jobs.state().pauses.to_vec())
    }
}

/// What a person was answered must hold after a crash too.
async fn on_disk(shared: &Shared) -> Result<()> {
    shared.inbox.ask(Request::Barrier).await
}

pub(super) fn note(snapshot: Snapshot) -> Soft {
    Soft::Job {
        job: snapshot.job,
        not_before_us: snapshot.not_before_us,
        deliveries: snapshot.deliveries,
    }
}

async fn sleep_until(shared: &Shared, at_us: Option<i64>) {
    match at_us {
        Some(at_us) => tokio::time::sleep_until(shared.clock.instant_at(at_us).into()).await,
        None => std::future::pending().await,
    }
}

/// Returns when the log was closed.
async fn ended(head: &mut tokio::sync::watch::Receiver<crate::Seq>) {
    while head.changed().await.is_ok() {}
}
