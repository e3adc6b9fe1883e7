//! What makes a room look again: changed records, time, and words that are being said.
use super::overlay::Overlay;
use crate::fragments::Scope;
use errand_eventlog::live::Signal;
use errand_projections::changes::{Listener, Update};
use futures::FutureExt as _;
use std::time::Duration;
use tokio::{
    sync::broadcast::{
        self,
        error::{RecvError, TryRecvError},
    },
    time::{Instant, Interval, MissedTickBehavior},
};

/// The queue and the health of the parts also change without an event.
const REFRESH_INTERVAL: Duration = Duration::from_secs(2);
/// A story's place in the queue depends on stories of other scopes.
const SLOW_REFRESH_INTERVAL: Duration = Duration::from_secs(10);

/// How often a scope is rendered without a change.
pub fn refresh(scope: &Scope) -> Interval {
    let every = match scope {
        Scope::Queue | Scope::Health => REFRESH_INTERVAL,
        _ => SLOW_REFRESH_INTERVAL,
    };
    let mut interval = tokio::time::interval_at(Instant::now() + every, every);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// Waits for a change of what is shown; for ever once the projections are gone.
pub async fn touched(changes: &mut Listener, scope: &Scope) {
    while let Some(update) = changes.next().await {
        if concerns(&update, scope) {
            return;
        }
    }
    std::future::pending().await
}

fn concerns(update: &Update, scope: &Scope) -> bool {
    match update {
        Update::Changed(change) => scope.is_touched_by(&change.keys),
        Update::Reload => true,
    }
}

/// Takes what has come already, without waiting.
pub fn drain(changes: &mut Listener, scope: &Scope) -> bool {
    let mut touched = false;
    while let Some(Some(update)) = changes.next().now_or_never() {
        touched |= concerns(&update, scope);
    }
    touched
}

/// Waits until what is being said has grown; never ends for a scope without a topic.
pub async fn spoken(
    signals: &mut broadcast::Receiver<Signal>,
    topic: Option<&str>,
    overlay: &mut Overlay,
) {
    let Some(topic) = topic else {
        return std::future::pending().await;
    };
    let mut grown = false;
    while !grown {
        match signals.recv().await {
            Ok(signal) => grown = &*signal.topic == topic && overlay.take(&signal),
            // The next token has the whole text.
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return std::future::pending().await,
        }
    }
    loop {
        match signals.try_recv() {
            Ok(signal) if &*signal.topic == topic => {
                overlay.take(&signal);
            }
            Ok(_) | Err(TryRecvError::Lagged(_)) => {}
            Err(_) => return,
        }
    }
}
