//! Hears of people who want a running session stopped, tell its agent something, or answer it.
//!
//! Every executor follows the log for itself, because only it can stop its own run.
use crate::runner::RunHandle;
use errand_eventlog::{EventLog, Filter, LogError, Recorded, Seq, StartAt};
use errand_proto::{AggregateKind, Event, SessionEvent, StoryEvent, Subject, v1};
use futures::StreamExt;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

const LISTENS_TO: &[&str] = &[
    "errand.v1.StoryCancelRequested",
    "errand.v1.SteeringReceived",
    "errand.v1.InputProvided",
];
const REOPEN_DELAY: Duration = Duration::from_secs(1);
/// Answers that may wait for their run; a session has one open question at a time.
const MAX_WAITING_ANSWERS: usize = 32;

/// Who stopped a run, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelRequest {
    pub by: String,
    pub reason: String,
}

struct Watched {
    run: RunHandle,
    request: Option<CancelRequest>,
    answers: Option<mpsc::Sender<v1::InputProvided>>,
}

/// The runs of this process that can be stopped, by session.
#[derive(Clone, Default)]
pub struct Signals(Arc<Mutex<HashMap<String, Watched>>>);

impl Signals {
    pub fn watch(&self, session_id: &str, run: RunHandle) {
        let watched = Watched {
            run,
            request: None,
            answers: None,
        };
        self.lock().insert(session_id.to_owned(), watched);
    }

    /// The answers to the questions of a watched session, from now on.
    pub fn answers(&self, session_id: &str) -> mpsc::Receiver<v1::InputProvided> {
        let (sender, answers) = mpsc::channel(MAX_WAITING_ANSWERS);
        if let Some(watched) = self.lock().get_mut(session_id) {
            watched.answers = Some(sender);
        }
        answers
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
        let mut heard = None;
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => {}
                end = self.read(&log, &mut heard) => if let Err(error) = end {
                    tracing::warn!(%error, "cannot hear cancel requests, reading again");
                    tokio::time::sleep(REOPEN_DELAY).await;
                }
            }
        }
    }

    /// Goes on where it was interrupted: what was said meanwhile is heard late, not never.
    async fn read(&self, log: &Arc<dyn EventLog>, heard: &mut Option<Seq>) -> Result<(), LogError> {
        let from = match *heard {
            Some(seq) => seq,
            None => log.head().await?.seq,
        };
        *heard = Some(from);
        let filter = Filter::types(LISTENS_TO);
        let mut pages = log.read(filter, StartAt::After(from), true).await?;
        while let Some(page) = pages.next().await {
            let page = page?;
            page.events.iter().for_each(|recorded| self.hear(recorded));
            *heard = Some(page.through);
        }
        Err(LogError::Unavailable("the stream of events ended".into()))
    }

    fn hear(&self, recorded: &Recorded) {
        if let Some((session, request)) = cancel_request(recorded) {
            self.cancel(&session, request);
        }
        let session = recorded.subject.id();
        match recorded.decode() {
            Ok(Event::Session(SessionEvent::SteeringReceived(e))) => self.steer(session, e.text),
            Ok(Event::Session(SessionEvent::InputProvided(e))) => self.answer(session, e),
            _ => {}
        }
    }

    fn steer(&self, session_id: &str, text: String) {
        if let Some(watched) = self.lock().get(session_id)
            && let Err(error) = watched.run.steer(text)
        {
            tracing::warn!(session = session_id, %error, "the agent was not told");
        }
    }

    fn answer(&self, session_id: &str, answer: v1::InputProvided) {
        let answers = self
            .lock()
            .get(session_id)
            .and_then(|it| it.answers.clone());
        if let Some(answers) = answers
            && let Err(error) = answers.try_send(answer)
        {
            tracing::debug!(session = session_id, %error, "nobody waits for this answer");
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
