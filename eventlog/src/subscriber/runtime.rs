use super::{Reactor, attempt};
use crate::{EventLog, Filter, Group, LogError, Seq};
use futures::StreamExt;
use std::{sync::Arc, time::Duration};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// A delivery not reported in progress for this long is given to another reader. A person whose reply was being written
/// when the chat died waits so long for its beginning.
const ACK_WAIT: Duration = Duration::from_secs(15);
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
                    handlers.spawn(attempt::make(Arc::clone(reactor), delivery?));
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
