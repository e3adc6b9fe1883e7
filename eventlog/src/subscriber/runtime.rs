use super::{Failure, Incoming, Limits, Reactor};
use crate::{Delivery, EventLog, Filter, Group, LogError, Seq};
use futures::StreamExt;
use std::{future::Future, sync::Arc, time::Duration};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// A delivery not reported in progress for this long is given to another reader.
const ACK_WAIT: Duration = Duration::from_secs(30);
const PROGRESS_EVERY: Duration = Duration::from_secs(10);
/// Silence after which the watchdog compares the group with the log's head.
const WATCHDOG: Duration = Duration::from_secs(30);
const REOPEN_DELAY: Duration = Duration::from_millis(500);
/// Deliveries that got no answer at all (a crash in mid-handling) before the log itself gives up.
const MAX_UNANSWERED: u32 = 10;

/// The reactors of one role, registered in one list.
pub type Subscribers = Vec<Arc<dyn Reactor>>;

/// Runs every reactor until `stop`; ends when the handlers under way have ended.
pub async fn run(log: Arc<dyn EventLog>, subscribers: Subscribers, stop: CancellationToken) {
    let tasks = TaskTracker::new();
    for reactor in subscribers {
        tasks.spawn(keep_working(Arc::clone(&log), reactor, stop.clone()));
    }
    tasks.close();
    tasks.wait().await;
}

/// The loop of one reactor: whatever ends the stream of deliveries, it is opened again.
async fn keep_working(log: Arc<dyn EventLog>, reactor: Arc<dyn Reactor>, stop: CancellationToken) {
    let handlers = TaskTracker::new();
    while !stop.is_cancelled() {
        if let Err(error) = work(&log, &reactor, &handlers, &stop).await {
            tracing::warn!(subscriber = reactor.name(), %error, "reading stopped, opening again");
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(REOPEN_DELAY) => {}
            }
        }
    }
    handlers.close();
    handlers.wait().await;
}

async fn work(
    log: &Arc<dyn EventLog>,
    reactor: &Arc<dyn Reactor>,
    handlers: &TaskTracker,
    stop: &CancellationToken,
) -> Result<(), LogError> {
    let mut deliveries = log.work(group(reactor.as_ref())).await?;
    let mut seen_behind_at = None;
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            next = tokio::time::timeout(WATCHDOG, deliveries.next()) => match next {
                Ok(Some(delivery)) => {
                    handlers.spawn(handle(Arc::clone(reactor), delivery?));
                }
                Ok(None) => return Err(LogError::Unavailable("the stream of deliveries ended".into())),
                Err(_silence) => seen_behind_at = watch(log, reactor.name(), seen_behind_at).await?,
            }
        }
    }
}

/// Silence is fine at the head of the log. Twice at the same place behind it means a stuck reader.
async fn watch(
    log: &Arc<dyn EventLog>,
    name: &str,
    seen_behind_at: Option<Seq>,
) -> Result<Option<Seq>, LogError> {
    let groups = log.groups().await?;
    let behind = groups
        .into_iter()
        .find(|g| g.name == name && g.acked_through < g.head && g.outstanding == 0)
        .map(|g| g.acked_through);
    match behind {
        Some(at) if seen_behind_at == Some(at) => Err(LogError::Unavailable(format!(
            "no delivery for {WATCHDOG:?} although sequence {at} is behind the head"
        ))),
        behind => Ok(behind),
    }
}

fn group(reactor: &dyn Reactor) -> Group {
    let limits = reactor.limits();
    Group {
        name: reactor.name(),
        filter: Filter::types(reactor.listens_to()),
        ack_wait: ACK_WAIT,
        max_in_flight: limits.max_in_flight,
        max_deliver: limits.max_attempts + MAX_UNANSWERED,
    }
}

async fn handle(reactor: Arc<dyn Reactor>, delivery: Box<dyn Delivery>) {
    let attempt = delivery.attempt();
    let incoming = Incoming::new(Arc::clone(delivery.event()), attempt);
    let outcome = match &incoming {
        Ok(incoming) => {
            let timeout = reactor.limits().attempt_timeout;
            let attempt = tokio::time::timeout(timeout, reactor.handle(incoming));
            let late = |_| Err(Failure::Retry(format!("no end after {timeout:?}")));
            in_progress(delivery.as_ref(), attempt)
                .await
                .unwrap_or_else(late)
        }
        Err(undecodable) => Err(Failure::Hopeless(undecodable.to_string())),
    };
    answer(reactor.as_ref(), delivery, outcome, attempt).await;
}

/// Tells the log now and then that the work goes on.
async fn in_progress<T>(delivery: &dyn Delivery, work: impl Future<Output = T>) -> T {
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(PROGRESS_EVERY) => {
                if let Err(error) = delivery.progress().await {
                    tracing::debug!(%error, "progress could not be reported");
                }
            }
        }
    }
}

async fn answer(
    reactor: &dyn Reactor,
    delivery: Box<dyn Delivery>,
    outcome: Result<(), Failure>,
    attempt: u32,
) {
    let (subscriber, seq) = (reactor.name(), delivery.event().seq);
    let event = delivery.event().envelope.event_type.clone();
    let limits = reactor.limits();
    let answered = match outcome {
        Ok(()) => delivery.ack().await,
        Err(Failure::Hopeless(reason)) => {
            tracing::error!(subscriber, seq, event, reason, "set aside as a dead letter");
            delivery.dead(&reason).await
        }
        Err(failure) if attempt >= limits.max_attempts => {
            let reason = format!("{failure} (gave up after {attempt} attempts)");
            tracing::error!(subscriber, seq, event, reason, "set aside as a dead letter");
            delivery.dead(&reason).await
        }
        Err(failure) => {
            let after = delay(&failure, &limits, attempt);
            tracing::warn!(subscriber, seq, event, attempt, %failure, ?after, "failed, will try again");
            delivery.retry(after, &failure.to_string()).await
        }
    };
    if let Err(error) = answered {
        // Harmless: without an answer the event is delivered again.
        tracing::warn!(subscriber, seq, %error, "the answer to a delivery was lost");
    }
}

fn delay(failure: &Failure, limits: &Limits, attempt: u32) -> Duration {
    let doubled = limits.first_delay * 2u32.saturating_pow(attempt.saturating_sub(1).min(20));
    let growing = doubled.min(limits.max_delay);
    let jitter = growing.mul_f64((uuid::Uuid::new_v4().as_u128() % 1000) as f64 / 4000.0);
    match failure {
        Failure::RetryAfter { after, .. } => (*after).max(limits.first_delay) + jitter,
        _ => growing + jitter,
    }
}
