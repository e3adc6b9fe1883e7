//! Hears of people who want a running session stopped, tell its agent something, or answer it.
//!
//! Every executor follows the log for itself, because only it can stop its own run.
use crate::{
    runner::{NotRunning, RunHandle},
    session::is_steering,
};
use errand_eventlog::{EventLog, Filter, LogError, Recorded, Seq, StartAt};
use errand_proto::{AggregateKind, Event, SessionEvent, StoryEvent, Subject, v1};
use futures::StreamExt;
use std::{
    collections::{BTreeSet, HashMap},
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
/// Words that may wait for their run.
const MAX_WAITING_WORDS: usize = 64;

/// Who stopped a run, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelRequest {
    pub by: String,
    pub reason: String,
}

struct Watched {
    run: RunHandle,
    request: Option<CancelRequest>,
    words: Option<mpsc::Sender<Words>>,
    /// Where in the log the instructions are that the agent was given.
    steered: BTreeSet<Seq>,
}

/// What a person said to a running agent.
pub enum Words {
    Answer(v1::InputProvided),
    /// An instruction that could not be given to the agent.
    Unheard {
        text: String,
        reason: NotRunning,
    },
}

/// The runs of this process that can be stopped, by session.
#[derive(Clone, Default)]
pub struct Signals(Arc<Mutex<HashMap<String, Watched>>>);

impl Signals {
    pub fn watch(&self, session_id: &str, run: RunHandle) {
        let watched = Watched {
            run,
            request: None,
            words: None,
            steered: BTreeSet::new(),
        };
        self.lock().insert(session_id.to_owned(), watched);
    }

    /// What is said to the agent of a watched session from now on, and has to be seen to.
    pub fn words(&self, session_id: &str) -> mpsc::Receiver<Words> {
        let (sender, words) = mpsc::channel(MAX_WAITING_WORDS);
        if let Some(watched) = self.lock().get_mut(session_id) {
            watched.words = Some(sender);
        }
        words
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
            Ok(Event::Session(SessionEvent::SteeringReceived(e))) => {
                self.steer(session, recorded.seq, e.text);
            }
            Ok(Event::Session(SessionEvent::InputProvided(e))) => {
                self.say(session, Words::Answer(e));
            }
            _ => {}
        }
    }

    /// Given once, whether it is heard or found in the log.
    fn steer(&self, session_id: &str, seq: Seq, text: String) {
        let told = self.lock().get_mut(session_id).map(|watched| {
            let is_news = watched.steered.insert(seq);
            is_news.then(|| watched.run.steer(text.as_str()))
        });
        if let Some(Some(Err(reason))) = told {
            self.say(session_id, Words::Unheard { text, reason });
        }
    }

    fn say(&self, session_id: &str, words: Words) {
        let listener = self.lock().get(session_id).and_then(|it| it.words.clone());
        if let Some(listener) = listener
            && let Err(error) = listener.try_send(words)
        {
            tracing::warn!(session = session_id, %error, "what a person said came too late");
        }
    }

    /// Looks whether the session was to be stopped, or its agent told something, before the watch began.
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
        self.catch_up_steering(log, workspace, session_id).await
    }

    /// What the agent was told and has not read: its executor was lost, or had not yet begun to watch.
    async fn catch_up_steering(
        &self,
        log: &Arc<dyn EventLog>,
        workspace: &str,
        session_id: &str,
    ) -> Result<(), LogError> {
        let subject = Subject::new(workspace, AggregateKind::Session, session_id)
            .map_err(|e| LogError::Rejected(e.to_string()))?;
        let (mut said, mut read) = (Vec::new(), 0);
        for recorded in log.load(&subject, 0).await? {
            match recorded.decode() {
                Ok(Event::Session(SessionEvent::SteeringReceived(e))) => {
                    said.push((recorded.seq, e.text));
                }
                Ok(Event::Session(SessionEvent::TurnRecorded(e))) => {
                    read += usize::from(is_steering(&e));
                }
                _ => {}
            }
        }
        for (seq, text) in said.into_iter().skip(read) {
            self.steer(session_id, seq, text);
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
