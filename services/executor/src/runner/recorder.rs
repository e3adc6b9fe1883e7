//! Hands on what the agent tells, in order.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, mpsc};

use super::request::Price;
use super::transcript::Transcript;
use super::update::RunUpdate;
use super::watch::Watch;

/// How long the last updates may wait for a receiver that no longer reads.
const LAST_UPDATES_TIMEOUT: Duration = Duration::from_secs(5);

/// The one way from the agent to the caller, so that updates keep their order.
#[derive(Debug)]
pub(super) struct Recorder {
    transcript: Mutex<Transcript>,
    updates: mpsc::Sender<RunUpdate>,
    watch: Arc<Watch>,
}

impl Recorder {
    pub(super) fn new(
        updates: mpsc::Sender<RunUpdate>,
        price: Option<Price>,
        watch: Arc<Watch>,
    ) -> Self {
        Self {
            transcript: Mutex::new(Transcript::new(price)),
            updates,
            watch,
        }
    }

    /// Takes what the agent told, in terms of the transcript.
    pub(super) async fn record(&self, news: impl FnOnce(&mut Transcript) -> Vec<RunUpdate>) {
        let mut transcript = self.transcript.lock().await;
        let updates = news(&mut transcript);
        self.watch.used(transcript.turns(), transcript.cost_usd());
        self.send(updates).await;
    }

    /// Hands on an update of our own, after all that the agent said before it.
    pub(super) async fn tell(&self, update: RunUpdate) {
        let mut transcript = self.transcript.lock().await;
        let mut updates: Vec<_> = transcript.flush().into_iter().collect();
        updates.push(update);
        self.send(updates).await;
    }

    /// The agent's last message.
    pub(super) async fn last_message(&self) -> String {
        self.transcript.lock().await.last_message()
    }

    /// Hands on what is still open, with a bound on the time: the run is over and must not hang on its listener.
    pub(super) async fn finish(&self) {
        let last = async {
            let mut transcript = self.transcript.lock().await;
            let updates = transcript.finish();
            self.send(updates).await;
        };
        if tokio::time::timeout(LAST_UPDATES_TIMEOUT, last)
            .await
            .is_err()
        {
            tracing::warn!("nobody reads a run's updates; its last ones are lost");
        }
    }

    async fn send(&self, updates: Vec<RunUpdate>) {
        for update in updates {
            // A closed channel means that the caller does not want to know.
            let _ = self.updates.send(update).await;
        }
    }
}
