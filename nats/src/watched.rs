//! What the server says beside its answers: a missing permission shows only there, and a request that was refused for
//! it would otherwise just run out of time.
use async_nats::Event;
use std::sync::Arc;
use tokio::sync::broadcast::{
    self,
    error::{RecvError, TryRecvError},
};

const PERMISSIONS: &str = "Permissions Violation";
/// Refusals kept for a request that is slow to hear of its own.
const BUFFERED_REFUSALS: usize = 256;

#[derive(Debug, Clone)]
pub(crate) struct Watched(broadcast::Sender<Arc<str>>);

impl Default for Watched {
    fn default() -> Self {
        Self(broadcast::Sender::new(BUFFERED_REFUSALS))
    }
}

impl Watched {
    pub fn note(&self, event: &Event) {
        let text = event.to_string();
        match event {
            Event::ServerError(error) if text.contains(PERMISSIONS) => {
                tracing::debug!(text, "NATS refused");
                // An error only says that nothing waits for an answer.
                let _ = self
                    .0
                    .send(error.to_string().trim_start_matches("nats: ").into());
            }
            Event::Connected => {}
            _ => tracing::warn!(event = text, "NATS connection"),
        }
    }

    /// What is refused from now on.
    pub fn refusals(&self) -> Refusals {
        Refusals(self.0.subscribe())
    }

    /// The outcome of a request to `subject`, or the words with which the server refused it.
    pub async fn answered<T>(
        &self,
        subject: &str,
        request: impl Future<Output = T>,
    ) -> Result<T, String> {
        let mut refusals = self.refusals();
        tokio::select! {
            outcome = request => Ok(outcome),
            refusal = refusals.of(subject) => Err(refusal),
        }
    }
}

pub(crate) struct Refusals(broadcast::Receiver<Arc<str>>);

impl Refusals {
    /// Ends when the server refuses the subject, or one that begins with it and a dot; with its words.
    pub async fn of(&mut self, subject: &str) -> String {
        loop {
            match self.0.recv().await {
                Ok(text) if names(&text, subject) => return text.to_string(),
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }

    /// What was refused so far of several subjects, whose messages were not requests of their own.
    pub fn so_far(&mut self, subjects: &[String]) -> Option<String> {
        loop {
            match self.0.try_recv() {
                Ok(text) if subjects.iter().any(|subject| names(&text, subject)) => {
                    return Some(text.to_string());
                }
                Ok(_) | Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => return None,
            }
        }
    }
}

fn names(text: &str, subject: &str) -> bool {
    text.split('"').nth(1).is_some_and(|refused| {
        let rest = refused.strip_prefix(subject);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_one_subject() {
        let text = r#"Permissions Violation for Publish to "evt.main.story.1""#;
        assert!(names(text, "evt.main.story.1") && names(text, "evt.main"));
        assert!(!names(text, "evt.main.story.11") && !names(text, "evt.main.sto"));
        let text = r#"Permissions Violation for Subscription to "cmd.chat" using queue "evt""#;
        assert!(names(text, "cmd.chat") && !names(text, "evt"));
    }
}
