//! Pauses of the queue and of a project.
use super::{Broken, Harness, Outcome, ensure, sample::*, within};
use crate::{Claim, Job, JobQueue, Pause, QueueLimits, Reason};
use std::time::Duration;

const SINCE_US: i64 = 1_790_000_000_000_000;

fn pause(project: Option<&str>, by: &str) -> Pause {
    Pause {
        project_id: project.map(str::to_owned),
        by: by.to_owned(),
        since_us: SINCE_US,
    }
}

async fn claim(queue: &dyn JobQueue, limits: &QueueLimits) -> Outcome<Box<dyn Claim>> {
    Ok(within("a claim", queue.claim("worker", limits)).await??)
}

async fn is_held(queue: &dyn JobQueue, limits: &QueueLimits, time: Duration) -> Outcome<bool> {
    match tokio::time::timeout(time, queue.claim("worker", limits)).await {
        Ok(claim) => claim.map(|_| false).map_err(Broken::from),
        Err(_) => Ok(true),
    }
}

async fn enqueued(queue: &dyn JobQueue, project: &str) -> Outcome<Job> {
    let job = job(project, 1, now_us());
    queue.enqueue(job.clone()).await?;
    Ok(job)
}

pub async fn a_paused_queue_takes_jobs_hands_none_out_and_says_why(h: &dyn Harness) -> Outcome {
    let queue = h.queue().await;
    let limits = limits(2);
    ensure!(
        queue.pause(pause(None, "ann")).await?,
        "it was paused before"
    );
    let job = enqueued(&*queue, "web").await?;
    let held = is_held(&*queue, &limits, SHORT / 2).await?;
    ensure!(held, "a paused queue handed a job out");
    let listed = queue.list(&limits).await?;
    let told: Vec<_> = listed
        .iter()
        .map(|j| (j.job.id, j.position, j.reason, j.waiting_for.as_str()))
        .collect();
    let expected = (job.id, 1, Reason::Paused, "the queue is paused by ann");
    ensure!(told == [expected], "{told:?} is listed");
    Ok(())
}

pub async fn a_paused_project_holds_no_other_up(h: &dyn Harness) -> Outcome {
    let queue = h.queue().await;
    let limits = limits(2);
    queue.pause(pause(Some("web"), "ann")).await?;
    let paused = enqueued(&*queue, "web").await?;
    let other = enqueued(&*queue, "app").await?;
    let came = claim(&*queue, &limits).await?.job().id;
    ensure!(came == other.id, "{came} came instead of {}", other.id);
    let held = is_held(&*queue, &limits, SHORT / 2).await?;
    ensure!(held, "a job of a paused project was handed out");
    ensure!(queue.resume(Some("web")).await?, "there was no pause");
    let came = claim(&*queue, &limits).await?.job().id;
    ensure!(came == paused.id, "{came} came instead of {}", paused.id);
    Ok(())
}

pub async fn what_runs_goes_on_in_a_paused_queue(h: &dyn Harness) -> Outcome {
    let queue = h.queue().await;
    enqueued(&*queue, "web").await?;
    let running = claim(&*queue, &limits(2)).await?;
    queue.pause(pause(None, "ann")).await?;
    running.heartbeat().await?;
    running.done().await?;
    let left = queue.list(&limits(2)).await?;
    ensure!(left.is_empty(), "a done job is still there: {left:?}");
    Ok(())
}

pub async fn a_resumed_queue_wakes_the_worker_that_waits(h: &dyn Harness) -> Outcome {
    let queue = h.queue().await;
    queue.pause(pause(None, "ann")).await?;
    let job = enqueued(&*queue, "web").await?;
    let limits = limits(2);
    // The claim is polled first, so it waits already when the pause is lifted.
    let (claim, resumed) = tokio::join!(claim(&*queue, &limits), queue.resume(None));
    ensure!(resumed?, "there was no pause");
    let came = claim?.job().id;
    ensure!(came == job.id, "{came} came instead of {}", job.id);
    Ok(())
}

pub async fn a_pause_survives_a_restart_with_who_and_since_when(h: &dyn Harness) -> Outcome {
    let queue = h.queue().await;
    enqueued(&*queue, "web").await?;
    let expected = [pause(None, "ann"), pause(Some("app"), "bob")];
    for pause in &expected {
        queue.pause(pause.clone()).await?;
    }
    drop(queue);
    h.restart().await;
    let queue = h.queue().await;
    let held = is_held(&*queue, &limits(2), SHORT / 2).await?;
    ensure!(held, "after a restart a paused queue handed a job out");
    let mut found = queue.pauses().await?;
    found.sort_by(|a, b| a.project_id.cmp(&b.project_id));
    ensure!(found == expected, "after a restart there are {found:?}");
    queue.resume(None).await?;
    drop(queue);
    h.restart().await;
    claim(&*h.queue().await, &limits(2)).await?;
    Ok(())
}

pub async fn the_first_pause_stays_and_one_that_is_not_there_cannot_be_lifted(
    h: &dyn Harness,
) -> Outcome {
    let queue = h.queue().await;
    let lifted = queue.resume(Some("web")).await?;
    ensure!(!lifted, "a pause was lifted that was not there");
    queue.pause(pause(Some("web"), "ann")).await?;
    let again = queue.pause(pause(Some("web"), "bob")).await?;
    ensure!(!again, "a second pause took the place of the first");
    let found = queue.pauses().await?;
    let expected = [pause(Some("web"), "ann")];
    ensure!(found == expected, "there are {found:?}");
    Ok(())
}
