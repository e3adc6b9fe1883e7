//! Fleeting signals that are not events: the tokens of a reply while it is written.
//! At most once; a reader that comes late asks for what there is and goes on from there.
use bytes::Bytes;
use std::sync::Arc;
use tokio::sync::broadcast;

/// Signals kept for a slow reader; one that falls further behind misses the oldest.
const BUFFERED_SIGNALS: usize = 4096;

/// One signal under a topic, e.g. `chat.<conversation>`.
#[derive(Debug, Clone)]
pub struct Signal {
    pub topic: Arc<str>,
    pub data: Bytes,
}

/// Port to a fan-out of fleeting signals.
pub trait Live: Send + Sync + 'static {
    /// Never blocks and never fails: nobody may listen.
    fn publish(&self, topic: &str, data: Bytes);
    fn subscribe(&self) -> broadcast::Receiver<Signal>;
}

/// The fan-out inside one process.
pub struct InProcess(broadcast::Sender<Signal>);

impl Default for InProcess {
    fn default() -> Self {
        Self(broadcast::Sender::new(BUFFERED_SIGNALS))
    }
}

impl Live for InProcess {
    fn publish(&self, topic: &str, data: Bytes) {
        let signal = Signal {
            topic: topic.into(),
            data,
        };
        // An error only says that nobody listens.
        let _ = self.0.send(signal);
    }

    fn subscribe(&self) -> broadcast::Receiver<Signal> {
        self.0.subscribe()
    }
}
