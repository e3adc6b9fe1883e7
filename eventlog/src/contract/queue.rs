//! The queue of sessions to run.
use super::{Broken, Harness, Outcome, ensure, sample::*, within};
use crate::{Claim, JobQueue, JobState, QueueLimits};
use std::time::{Duration, Instant};
use uuid::Uuid;

async fn claim(queue: &dyn JobQueue, limits: &QueueLimits) -> Outcome<Box<dyn Claim>> {
    Ok(within("a claim", queue.claim("worker", limits)).await??)
}

/// Whether a job may be claimed within the time.
async fn claimable(queue: &dyn JobQueue, limits: &QueueLimits, time: Duration) -> Outcome<bool> {
    match tokio::time::timeout(time, queue.claim("worker", limits)).await {
        Ok(claim) => claim.map(|_| true).map_err(Broken::from),
        Err(_) => Ok(false),
    }
}

pub async fn a_job_is_queued_once_however_often_it_is_enqueued(h: &dyn Harness) -> Outcome {
    let queue = h.queue().await;
    let job = job("web", 1, now_us());
    for _ in 0..3 {
        queue.enqueue(job.clone()).await?;
    }
    let listed = queue.list(&limits(2)).await?.len();
    ensure!(listed == 1, "one job is listed {listed} times");
    let claim = claim(&*queue, &limits(2)).await?;
    ensure!(*claim.job() == job, "the job changed: {:?}", claim.job());
    queue.enqueue(job).await?;
    let again = claimable(&*queue, &limits(2), SHORT / 2).await?;
    ensure!(!again, "a job that runs was handed out again");
    Ok(())
}

pub async fn a_claim_waits_until_there_is_a_job(h: &dyn Harness) -> Outcome {
    let queue = h.queue().await;
    let job = job("web", 1, now_us());
    let limits = limits(2);
    let early = claimable(&*queue, &limits, SHORT / 4).await?;
    ensure!(!early, "an empty queue gave a job");
    // The claim is polled first, so it waits already when the job comes.
    let enqueue = queue.enqueue(job.clone());
    let (claim, enqueued) = tokio::join!(claim(&*queue, &limits), enqueue);
    enqueued?;
    let came = claim?.job().id;
    ensure!(came == job.id, "{came} came instead of {}", job.id);
    Ok(())
}

pub async fn jobs_run_by_priority_and_then_by_age(h: &dyn Harness) -> Outcome {
    let queue = h.queue().await;
    let now = now_us();
    let jobs = [(3, 1), (1, 5), (0, 9), (1, 4), (2, 0)]
        .map(|(priority, at)| job("web", priority, now + at));
    for job in &jobs {
        queue.enqueue(job.clone()).await?;
    }
    let expected = [2, 3, 1, 4, 0].map(|index: usize| jobs[index].id);
    expect_order(&*queue, &limits(10), &expected).await
}

/// Claims all and checks the order.
async fn expect_order(queue: &dyn JobQueue, limits: &QueueLimits, expected: &[Uuid]) -> Outcome {
    let listed = queue.list(limits).await?;
    let listed: Vec<Uuid> = listed.iter().map(|queued| queued.job.id).collect();
    let mut claimed = Vec::new();
    for _ in expected {
        claimed.push(claim(queue, limits).await?.job().id);
    }
    ensure!(
        claimed == expected,
        "jobs ran in the order {claimed:?} instead of {expected:?}"
    );
    ensure!(
        listed == expected,
        "jobs were listed in the order {listed:?} instead of {expected:?}"
    );
    Ok(())
}

pub async fn a_job_that_waited_long_overtakes_younger_ones_of_higher_priority(
    h: &dyn Harness,
) -> Outcome {
    let queue = h.queue().await;
    let (now, step) = (now_us(), 3_600_000_000);
    let old = job("web", 3, now - 3 * step - 60_000_000);
    let young = job("web", 0, now);
    let younger = job("web", 1, now);
    for job in [&younger, &young, &old] {
        queue.enqueue(job.clone()).await?;
    }
    expect_order(&*queue, &limits(10), &[old.id, young.id, younger.id]).await
}

pub async fn a_project_runs_no_more_sessions_than_its_cap(h: &dyn Harness) -> Outcome {
    let queue = h.queue().await;
    for at in 0..3 {
        queue.enqueue(job("web", 1, now_us() + at)).await?;
    }
    let limits = limits(2);
    let first = claim(&*queue, &limits).await?;
    let _second = claim(&*queue, &limits).await?;
    let third = claimable(&*queue, &limits, SHORT / 2).await?;
    ensure!(
        !third,
        "a third session of a project with cap 2 was started"
    );
    let other = job("app", 3, now_us());
    queue.enqueue(other.clone()).await?;
    let came = claim(&*queue, &limits).await?.job().id;
    ensure!(came == other.id, "a full project held another one up");
    first.done().await?;
    claim(&*queue, &limits).await?;
    Ok(())
}

pub async fn projects_take_turns(h: &dyn Harness) -> Outcome {
    let queue = h.queue().await;
    let now = now_us();
    let busy = [1, 2, 3].map(|at| job("busy", 1, now + at));
    let rare = [4, 5].map(|at| job("rare", 1, now + at));
    for job in busy.iter().chain(&rare) {
        queue.enqueue(job.clone()).await?;
    }
    let expected = [&busy[0], &rare[0], &busy[1], &rare[1], &busy[2]].map(|job| job.id);
    expect_order(&*queue, &limits(10), &expected).await
}

pub async fn a_claim_without_heartbeat_goes_to_another_worker(h: &dyn Harness) -> Outcome {
    let queue = h.queue().await;
    let job = job("web", 1, now_us());
    queue.enqueue(job.clone()).await?;
    let limits = QueueLimits {
        lease: SHORT,
        ..limits(1)
    };
    let since = Instant::now();
    let first = claim(&*queue, &limits).await?;
    let second = claim(&*queue, &limits).await?;
    let waited = since.elapsed();
    ensure!(
        waited + TIMER_SLACK >= SHORT,
        "the claim was lost after {waited:?}, its lease is {SHORT:?}"
    );
    let came = (second.job().id, first.delivery(), second.delivery());
    ensure!(
        came == (job.id, 1, 2),
        "{came:?} came instead of {:?}",
        (job.id, 1, 2)
    );
    ensure!(
        first.heartbeat().await.is_err(),
        "a worker that lost its claim was not told"
    );
    ensure!(
        first.done().await.is_err(),
        "a worker that lost its claim ended another's job"
    );
    second.heartbeat().await?;
    second.done().await?;
    Ok(())
}

pub async fn a_heartbeat_keeps_the_claim(h: &dyn Harness) -> Outcome {
    let queue = h.queue().await;
    queue.enqueue(job("web", 1, now_us())).await?;
    let limits = QueueLimits {
        lease: EXTENDED,
        ..limits(1)
    };
    let first = claim(&*queue, &limits).await?;
    for _ in 0..EXTENSIONS {
        let lost = claimable(&*queue, &limits, EXTEND_EVERY).await?;
        ensure!(!lost, "the claim was lost in spite of heartbeats");
        first.heartbeat().await?;
    }
    first.done().await?;
    Ok(())
}

pub async fn a_done_job_is_gone_and_can_be_enqueued_again(h: &dyn Harness) -> Outcome {
    let queue = h.queue().await;
    let job = job("web", 1, now_us());
    queue.enqueue(job.clone()).await?;
    claim(&*queue, &limits(1)).await?.done().await?;
    let left = queue.list(&limits(1)).await?.len();
    ensure!(left == 0, "a done job is still in the queue");
    queue.enqueue(job).await?;
    let again = claim(&*queue, &limits(1)).await?;
    ensure!(
        again.delivery() == 1,
        "a job enqueued anew is delivery {}",
        again.delivery()
    );
    Ok(())
}

pub async fn a_released_job_comes_again_after_its_delay(h: &dyn Harness) -> Outcome {
    let queue = h.queue().await;
    queue.enqueue(job("web", 1, now_us())).await?;
    let first = claim(&*queue, &limits(1)).await?;
    let since = Instant::now();
    first.release(SHORT).await?;
    let listed = queue.list(&limits(1)).await?;
    ensure!(
        listed.len() == 1 && listed[0].state == JobState::Waiting,
        "a released job is listed as {listed:?}"
    );
    let again = claim(&*queue, &limits(1)).await?;
    let waited = since.elapsed();
    ensure!(
        waited + TIMER_SLACK >= SHORT,
        "it came again after {waited:?} instead of {SHORT:?}"
    );
    ensure!(
        again.delivery() == 2,
        "the second delivery is told as {}",
        again.delivery()
    );
    Ok(())
}

pub async fn a_waiting_job_can_be_removed_and_a_claimed_one_cannot(h: &dyn Harness) -> Outcome {
    let queue = h.queue().await;
    let (runs, waits) = (job("web", 0, now_us()), job("web", 1, now_us()));
    for job in [&runs, &waits] {
        queue.enqueue(job.clone()).await?;
    }
    let claimed = claim(&*queue, &limits(1)).await?;
    ensure!(claimed.job().id == runs.id, "P1 ran before P0");
    ensure!(!queue.remove(runs.id).await?, "a running job was removed");
    ensure!(queue.remove(waits.id).await?, "a waiting job was not found");
    ensure!(!queue.remove(waits.id).await?, "a job was removed twice");
    ensure!(
        !queue.remove(Uuid::new_v4()).await?,
        "an unknown job was removed"
    );
    claimed.done().await?;
    let left = queue.list(&limits(1)).await?.len();
    ensure!(left == 0, "{left} jobs are left");
    Ok(())
}

pub async fn the_list_tells_order_state_and_what_is_waited_for(h: &dyn Harness) -> Outcome {
    let queue = h.queue().await;
    let now = now_us();
    for at in 0..2 {
        queue.enqueue(job("web", 1, now + at)).await?;
    }
    queue.enqueue(job("app", 2, now)).await?;
    let running = claim(&*queue, &limits(1)).await?;
    let listed = queue.list(&limits(1)).await?;
    let told: Vec<_> = listed
        .iter()
        .map(|q| (q.job.project_id.as_str(), q.state, q.position))
        .collect();
    let expected = [
        ("web", JobState::Claimed, 0),
        ("app", JobState::Waiting, 1),
        ("web", JobState::Waiting, 2),
    ];
    ensure!(
        told == expected,
        "the list tells {told:?} instead of {expected:?}"
    );
    ensure!(
        listed[0].job.id == running.job().id && listed[0].deliveries == 1,
        "the running job is listed as {:?}",
        listed[0]
    );
    let reason = &listed[2].waiting_for;
    ensure!(
        reason == "project web is at its limit of 1",
        "a capped job waits for {reason:?}"
    );
    Ok(())
}

pub async fn jobs_survive_a_restart(h: &dyn Harness) -> Outcome {
    let queue = h.queue().await;
    let (first, second) = (job("web", 1, now_us()), job("web", 1, now_us() + 1));
    for job in [&first, &second] {
        queue.enqueue(job.clone()).await?;
    }
    let limits = QueueLimits {
        lease: SHORT,
        ..limits(5)
    };
    drop(claim(&*queue, &limits).await?);
    h.restart().await;
    let queue = h.queue().await;
    let mut came = Vec::new();
    for _ in 0..2 {
        let claim = claim(&*queue, &limits).await?;
        came.push((claim.job().clone(), claim.delivery()));
        claim.done().await?;
    }
    came.sort_by_key(|(job, _)| job.enqueued_us);
    let expected = vec![(first, 2), (second, 1)];
    ensure!(
        came == expected,
        "after a restart came {came:?} instead of {expected:?}"
    );
    Ok(())
}

pub async fn a_done_job_stays_gone_after_a_restart(h: &dyn Harness) -> Outcome {
    let queue = h.queue().await;
    queue.enqueue(job("web", 1, now_us())).await?;
    claim(&*queue, &limits(1)).await?.done().await?;
    h.restart().await;
    let left = h.queue().await.list(&limits(1)).await?;
    ensure!(left.is_empty(), "a done job came back: {left:?}");
    Ok(())
}
