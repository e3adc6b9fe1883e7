//! Hears of people who want a running session stopped, or tell its agent something.
//!
//! Every executor follows the log for itself, because only it can stop its own run.
use crate::runner::RunHandle;
use errand_eventlog::{EventLog, Filter, LogError, Recorded, StartAt};
use errand_proto::{AggregateKind, Event, SessionEvent, StoryEvent, Subject};
use futures::StreamExt;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio_util::sync::CancellationToken;

const LISTENS_TO: &[&str] = &[
    "errand.v1.StoryCancelRequested",
    "errand.v1.SteeringReceived",
];
const REOPEN_DELAY: Duration = Duration::from_secs(1);

/// Who stopped a run, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelRequest {
    pub by: String,
    pub reason: String,
}

struct Watched {
    run: RunHandle,
    request: Option<CancelRequest>,
}

/// The runs of this process that can be stopped, by session.
#[derive(Clone, Default)]
pub struct Signals(Arc<Mutex<HashMap<String, Watched>>>);

impl Signals {
    pub fn watch(&self, session_id: &str, run: RunHandle) {
        let watched = Watched { run, request: None };
        self.lock().insert(session_id.to_owned(), watched);
    }

    /// Ends the watch; answers whether a person wanted the run stopped.
    pub fn unwatch(&self, session_id: &str) -> Option<CancelRequest> {
        self.lock().remove(session_id)?.request
    }

    pub fn cancel(&self, session_id: &str, request: CancelRequest) {
        if let Some(watched) = self.lock().get_mut(session_id) {
            watched.request.get_or_insert(request);
            watched.run.cancel();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Watched>> {
        // Nothing that panics runs under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Follows the log until `stop`.
    pub async fn follow(&self, log: Arc<dyn EventLog>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => {}
                end = self.read(&log) => if let Err(error) = end {
                    tracing::warn!(%error, "cannot hear cancel requests, reading again");
                    tokio::time::sleep(REOPEN_DELAY).await;
                }
            }
        }
    }

    async fn read(&self, log: &Arc<dyn EventLog>) -> Result<(), LogError> {
        let head = log.head().await?.seq;
        let filter = Filter::types(LISTENS_TO);
        let mut pages = log.read(filter, StartAt::After(head), true).await?;
        while let Some(page) = pages.next().await {
            for recorded in page?.events {
                self.hear(&recorded);
            }
        }
        Err(LogError::Unavailable("the stream of events ended".into()))
    }

    fn hear(&self, recorded: &Recorded) {
        if let Some((session, request)) = cancel_request(recorded) {
            self.cancel(&session, request);
        }
        if let Ok(Event::Session(SessionEvent::SteeringReceived(e))) = recorded.decode() {
            self.steer(recorded.subject.id(), e.text);
        }
    }

    fn steer(&self, session_id: &str, text: String) {
        if let Some(watched) = self.lock().get(session_id)
            && let Err(error) = watched.run.steer(text)
        {
            tracing::warn!(session = session_id, %error, "the agent was not told");
        }
    }

    /// Looks whether the session was to be stopped before the watch began.
    ///
    /// # Errors
    /// The log failed.
    pub async fn catch_up(
        &self,
        log: &Arc<dyn EventLog>,
        workspace: &str,
        story_id: &str,
        session_id: &str,
    ) -> Result<(), LogError> {
        let subject = Subject::new(workspace, AggregateKind::Story, story_id)
            .map_err(|e| LogError::Rejected(e.to_string()))?;
        for recorded in log.load(&subject, 0).await? {
            match cancel_request(&recorded) {
                Some((session, request)) if session == session_id => {
                    self.cancel(session_id, request);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn cancel_request(recorded: &Recorded) -> Option<(String, CancelRequest)> {
    match recorded.decode() {
        Ok(Event::Story(StoryEvent::StoryCancelRequested(e))) => {
            let (by, reason) = (e.by, e.reason);
            Some((e.session_id, CancelRequest { by, reason }))
        }
        _ => None,
    }
}
