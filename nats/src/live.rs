//! Fleeting signals between processes, over NATS core: never stored, at most once.
use crate::{
    NatsLog,
    limits::{MAX_SIGNAL_BYTES, WAITING_SIGNALS},
    shared::Shared,
    subjects::is_subject,
};
use async_nats::connection::State;
use bytes::Bytes;
use errand_eventlog::live::{Live, Signal};
use futures::StreamExt;
use std::sync::{Arc, Once};
use tokio::{
    runtime::Handle,
    sync::{broadcast, mpsc},
};

/// The fan-out to all processes on the same servers. Shares the connection of its log and ends with it.
pub struct NatsLive {
    shared: Arc<Shared>,
    outgoing: mpsc::Sender<Signal>,
    incoming: broadcast::Sender<Signal>,
    listening: Once,
    runtime: Handle,
}

impl NatsLog {
    /// Must be called within a tokio runtime.
    pub fn live(&self) -> Arc<NatsLive> {
        let shared = self.shared().clone();
        let (outgoing, waiting) = mpsc::channel(WAITING_SIGNALS);
        let live = NatsLive {
            outgoing,
            incoming: broadcast::Sender::new(WAITING_SIGNALS),
            listening: Once::new(),
            runtime: Handle::current(),
            shared,
        };
        live.spawn(speak(live.shared.clone(), waiting));
        Arc::new(live)
    }
}

impl NatsLive {
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let stop = self.shared.stop.clone();
        self.runtime.spawn(stop.run_until_cancelled_owned(task));
    }
}

impl Live for NatsLive {
    fn publish(&self, topic: &str, data: Bytes) {
        if data.len() > MAX_SIGNAL_BYTES || !is_subject(topic) {
            let bytes = data.len();
            tracing::warn!(
                topic,
                bytes,
                limit = MAX_SIGNAL_BYTES,
                "a live signal is too large or its topic no subject"
            );
            return;
        }
        let topic = topic.into();
        if self.outgoing.try_send(Signal { topic, data }).is_err() {
            tracing::debug!("a live signal was dropped: more than {WAITING_SIGNALS} wait for NATS");
        }
    }

    /// The first subscriber makes this process listen: one that only speaks needs no right to.
    fn subscribe(&self) -> broadcast::Receiver<Signal> {
        let signals = self.incoming.subscribe();
        self.listening.call_once(|| {
            self.spawn(listen(self.shared.clone(), self.incoming.clone()));
        });
        signals
    }
}

async fn speak(shared: Arc<Shared>, mut waiting: mpsc::Receiver<Signal>) {
    while let Some(Signal { topic, data }) = waiting.recv().await {
        // What cannot be said now would come too late, and would take the room of appends.
        if shared.client.connection_state() != State::Connected {
            continue;
        }
        let subject = shared.subjects.live(&topic);
        if let Err(error) = shared.client.publish(subject, data).await {
            tracing::debug!(%error, "a live signal was dropped");
        }
    }
}

async fn listen(shared: Arc<Shared>, incoming: broadcast::Sender<Signal>) {
    let mut signals = match shared.client.subscribe(shared.subjects.live(">")).await {
        Ok(signals) => signals,
        Err(error) => return tracing::warn!(%error, "live signals cannot be heard"),
    };
    // The client subscribes again by itself when it has lost its server.
    while let Some(message) = signals.next().await {
        if let Some(topic) = shared.subjects.topic(&message.subject) {
            let (topic, data) = (topic.into(), message.payload);
            // An error only says that nobody listens at this moment.
            let _ = incoming.send(Signal { topic, data });
        }
    }
}
