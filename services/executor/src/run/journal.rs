//! Writes to the session's stream on behalf of one run.
use super::{draft::Draft, redacted::redacted, whole::Whole};
use crate::{
    Executor,
    redaction::Redactor,
    session::{Progress, Session, SessionCommand, SessionRefusal},
};
use errand_eventlog::{
    EventLog, LogError,
    aggregate::{Aggregates, CommandMeta, ExecuteError, now_us},
    live::Live,
};
use errand_proto::{AggregateKind, Event, SessionEvent, Subject};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use uuid::Uuid;

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another executor owns the session, or it has ended: this run must stop.
    #[error("{0}")]
    Lost(SessionRefusal),
    #[error(transparent)]
    Log(LogError),
}

/// The pen of one run. Nothing is written with a secret in it. Every entry has its own command id, so that a repeated append is stored once.
pub struct Journal {
    sessions: Aggregates<Session>,
    log: Arc<dyn EventLog>,
    workspace_id: String,
    session_id: String,
    executor_id: String,
    redactor: Redactor,
    live: Arc<dyn Live>,
    story_id: String,
    whole: Whole,
    cause: CommandMeta,
    entries: AtomicU64,
}

impl Journal {
    /// `cause` ties the entries to what led to the session.
    pub fn new(
        executor: &Executor,
        session_id: Uuid,
        session: &Session,
        cause: CommandMeta,
    ) -> Self {
        let (attachments, redactor) = (&executor.attachments, &executor.redactor);
        Self {
            sessions: executor.sessions.clone(),
            log: Arc::clone(&executor.log),
            workspace_id: executor.workspace_id.clone(),
            session_id: session_id.to_string(),
            executor_id: executor.settings.executor_id.clone(),
            redactor: redactor.clone(),
            live: Arc::clone(&executor.live),
            story_id: session.facts.0.story_id.clone(),
            whole: Whole::new(attachments.clone(), session_id, redactor.clone()),
            cause,
            entries: AtomicU64::new(0),
        }
    }

    /// # Errors
    /// The session is not this run's any more, or the log failed.
    pub async fn record(&self, what: Progress) -> Result<(), JournalError> {
        self.write(SessionCommand::Record {
            executor_id: self.executor_id.clone(),
            what: self.whole.shortened(what).await,
        })
        .await
    }

    /// # Errors
    /// The session is not this run's any more, or the log failed.
    pub async fn write(&self, command: SessionCommand) -> Result<(), JournalError> {
        let entry = self.entries.fetch_add(1, Ordering::Relaxed);
        let meta = self.cause.step(&entry.to_string());
        let command = redacted(command, &self.redactor);
        let written = self.sessions.execute(&self.session_id, command, &meta);
        match written.await {
            Ok(_) => Ok(()),
            Err(ExecuteError::Refused(refusal)) => Err(JournalError::Lost(refusal)),
            Err(ExecuteError::Log(error)) => Err(JournalError::Log(error)),
        }
    }

    /// A remark of Errand itself.
    ///
    /// # Errors
    /// As [`Journal::record`].
    pub async fn note(&self, thinking: String) -> Result<(), JournalError> {
        self.record(Progress::Turn {
            thinking,
            action: "note".to_owned(),
            prompt: String::new(),
            timestamp_us: now_us(),
        })
        .await
    }

    /// The session as it is now.
    ///
    /// # Errors
    /// The log failed.
    pub async fn session(&self) -> Result<Session, JournalError> {
        let loaded = self.sessions.load(&self.session_id).await;
        Ok(loaded.map_err(JournalError::Log)?.aggregate)
    }

    /// When a question was put first, in microseconds since the Unix epoch.
    ///
    /// # Errors
    /// The log failed.
    pub async fn asked_at(&self, question_id: &str) -> Result<Option<i64>, JournalError> {
        let kind = AggregateKind::Session;
        let subject = Subject::new(&self.workspace_id, kind, &self.session_id);
        let subject = subject.map_err(|e| LogError::Rejected(e.to_string()));
        let events = self.log.load(&subject.map_err(JournalError::Log)?, 0).await;
        let events = events.map_err(JournalError::Log)?;
        Ok(events.iter().find_map(|recorded| match recorded.decode() {
            Ok(Event::Session(SessionEvent::InputRequested(e))) => {
                (e.question_id == question_id).then_some(recorded.envelope.time_us)
            }
            _ => None,
        }))
    }

    /// What is shown before it is recorded.
    pub fn draft(&self) -> Draft {
        Draft::new(Arc::clone(&self.live), &self.story_id, &self.redactor)
    }

    pub const fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    pub fn executor_id(&self) -> &str {
        &self.executor_id
    }
}
