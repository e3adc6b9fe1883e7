//! The queue as callers see it.
use super::{claim::NatsClaim, revision::Revision, store::Change};
use crate::{
    NatsLog,
    limits::{MAX_JOBS, MAX_TEXT_BYTES},
    shared::{Shared, pause, unavailable},
};
use async_trait::async_trait;
use errand_eventlog::{
    Claim, Job, JobQueue, LogError, Pause, Pauses, QueueLimits, QueuedJob, port::Result,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::oneshot;
use uuid::Uuid;

#[async_trait]
impl JobQueue for NatsLog {
    async fn enqueue(&self, job: Job) -> Result<()> {
        job.check(MAX_TEXT_BYTES)?;
        let shared = self.shared();
        shared.queue_ready().await?;
        if shared.queue.view().len() >= MAX_JOBS {
            return Err(LogError::Rejected(format!(
                "the queue holds {MAX_JOBS} jobs, which is the limit: wait or cancel some"
            )));
        }
        let enqueue = |present: Option<(Revision, _)>| match present {
            Some((revision, _)) if !revision.gone => Change::Nothing(()),
            _ => Change::To(Revision::new(&job)),
        };
        shared.change_job(job.id, enqueue).await?;
        Ok(())
    }

    async fn claim(&self, worker: &str, limits: &QueueLimits) -> Result<Box<dyn Claim>> {
        let shared = self.shared();
        shared.queue_ready().await?;
        let mut attempt = 0;
        loop {
            let mut changed = std::pin::pin!(shared.queue.changed.notified());
            changed.as_mut().enable();
            let (plan, wake_after) = {
                let (view, now) = (shared.queue.view(), Instant::now());
                let now_us = shared.clock.now_us();
                (
                    view.plan(worker, limits, now, now_us),
                    view.wake_after(now, now_us),
                )
            };
            match plan {
                Some(plan) => match carried_out(shared, plan).await? {
                    Some(claim) => return Ok(Box::new(claim)),
                    // Another worker was quicker.
                    None => {
                        attempt += 1;
                        tokio::time::sleep(pause(attempt)).await;
                    }
                },
                None => tokio::select! {
                    () = changed => {}
                    () = sleep(wake_after) => {}
                    () = shared.stop.cancelled() => {
                        return Err(LogError::Unavailable("the job queue was closed".into()));
                    }
                },
            }
        }
    }

    async fn list(&self, limits: &QueueLimits) -> Result<Vec<QueuedJob>> {
        let shared = self.shared();
        shared.queue_ready().await?;
        let (view, now_us) = (shared.queue.view(), shared.clock.now_us());
        Ok(view.list(limits, Instant::now(), now_us))
    }

    async fn remove(&self, id: Uuid) -> Result<bool> {
        let shared = self.shared();
        shared.queue_ready().await?;
        let mut mine = false;
        let remove = |present: Option<(Revision, _)>| match present {
            Some((revision, _)) if revision.gone => Change::Nothing(std::mem::take(&mut mine)),
            Some((revision, seq)) => {
                let view = shared.queue.view();
                // The leader's revision counts as free only if this process saw its lease run out.
                let free = view.seq(id) == Some(seq) && view.is_free(id, Instant::now());
                if revision.held.is_some() && !free {
                    return Change::Nothing(false);
                }
                // Should the answer be lost, the mark that is found next is ours.
                mine = true;
                Change::To(revision.removed())
            }
            None => Change::Nothing(false),
        };
        let answer = shared.change_job(id, remove).await?;
        Ok(answer.unwrap_or(true))
    }

    async fn pause(&self, pause: Pause) -> Result<bool> {
        pause.check(MAX_TEXT_BYTES)?;
        let shared = self.shared();
        shared.queue_ready().await?;
        let add = |pauses: &mut Pauses| pauses.add(pause.clone());
        shared.change_pauses(add).await
    }

    async fn resume(&self, project_id: Option<&str>) -> Result<bool> {
        let shared = self.shared();
        shared.queue_ready().await?;
        let lift = |pauses: &mut Pauses| Ok(pauses.lift(project_id));
        shared.change_pauses(lift).await
    }

    async fn pauses(&self) -> Result<Vec<Pause>> {
        let shared = self.shared();
        shared.queue_ready().await?;
        Ok(shared.queue.view().pauses())
    }
}

/// Tries a plan in a task of its own: a caller that stops waiting must not leave a claim that nobody holds.
async fn carried_out(shared: &Arc<Shared>, plan: super::view::Plan) -> Result<Option<NatsClaim>> {
    let (answer, answered) = oneshot::channel();
    let shared = shared.clone();
    tokio::spawn(async move {
        let tried = shared.try_plan(&plan).await;
        let tried = tried.map(|done| done.then(|| NatsClaim::new(shared, plan.revision)));
        if let Err(Ok(Some(claim))) = answer.send(tried)
            && let Err(error) = Box::new(claim).release(Duration::ZERO).await
        {
            tracing::debug!(%error, "a claim that nobody waits for ends with its lease");
        }
    });
    answered
        .await
        .map_err(|_| unavailable("the claim was given up"))?
}

async fn sleep(time: Option<Duration>) {
    match time {
        Some(time) => tokio::time::sleep(time).await,
        None => std::future::pending().await,
    }
}
