//! What the server says beside its answers: a missing permission shows only there, and a request that was refused for
//! it would otherwise just run out of time.
use crate::error::ConnectError;
use async_nats::Event;
use std::{
    fmt::Display,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::broadcast::{
    self,
    error::{RecvError, TryRecvError},
};

const PERMISSIONS: &str = "Permissions Violation";
/// Refusals kept for a request that is slow to hear of its own.
const BUFFERED_REFUSALS: usize = 256;

#[derive(Debug, Clone)]
pub(crate) struct Watched {
    last: Arc<Mutex<Option<String>>>,
    refusals: broadcast::Sender<Arc<str>>,
}

impl Default for Watched {
    fn default() -> Self {
        Self {
            last: Arc::default(),
            refusals: broadcast::Sender::new(BUFFERED_REFUSALS),
        }
    }
}

impl Watched {
    pub fn note(&self, event: &Event) {
        let text = event.to_string();
        match event {
            Event::ServerError(_) if text.contains(PERMISSIONS) => {
                tracing::debug!(text, "NATS refused");
                // An error only says that nothing waits for an answer.
                let _ = self.refusals.send(text.as_str().into());
                *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
            }
            Event::Connected => {}
            _ => tracing::warn!(event = text, "NATS connection"),
        }
    }

    /// The last permission that was found missing, told once.
    pub fn missing_permission(&self) -> Option<String> {
        self.last
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// What is refused from now on.
    pub fn refusals(&self) -> Refusals {
        Refusals(self.refusals.subscribe())
    }

    /// Why an action failed: for a missing permission rather than for the time-out that it causes.
    pub fn refused(&self, action: String, error: &dyn Display) -> ConnectError {
        match self.missing_permission() {
            Some(detail) => ConnectError::Permission { action, detail },
            None => ConnectError::Refused {
                action,
                detail: error.to_string(),
            },
        }
    }
}

pub(crate) struct Refusals(broadcast::Receiver<Arc<str>>);

impl Refusals {
    /// Ends when the server refuses the subject, with its words.
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
    text.contains(&format!("\"{subject}\""))
}
