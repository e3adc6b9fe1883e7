//! Takes ownership of a session, or says why not.
use crate::{
    Executor,
    session::{Session, SessionCommand, Stage},
};
use errand_eventlog::{
    LogError,
    aggregate::{CommandMeta, ExecuteError},
    trace,
};
use uuid::Uuid;

/// What led to a session; what is done about it belongs to the same cause and the same trace.
#[derive(Debug, Clone)]
pub struct Origin {
    correlation_id: Uuid,
    pub traceparent: String,
}

impl Origin {
    /// As the session's first event tells; `None` as long as that is on its way.
    ///
    /// # Errors
    /// The log failed.
    pub async fn of(executor: &Executor, session_id: &str) -> Result<Option<Self>, LogError> {
        let kind = errand_proto::AggregateKind::Session;
        let subject = errand_proto::Subject::new(&executor.workspace_id, kind, session_id)
            .map_err(|e| LogError::Rejected(e.to_string()))?;
        let events = executor.log.load(&subject, 0).await?;
        Ok(events.first().map(|created| Self {
            correlation_id: created.envelope.correlation_id,
            traceparent: trace::of(&created.envelope),
        }))
    }

    /// The meta of a command that this run gives of its own accord.
    pub fn command(&self) -> CommandMeta {
        CommandMeta {
            correlation_id: self.correlation_id,
            traceparent: trace::current().or_else(|| Some(self.traceparent.clone())),
            ..CommandMeta::root(Uuid::new_v4())
        }
    }
}

/// What to do with a claimed job.
pub enum Ownership {
    Ours(Box<Session>),
    /// The session ended; the job is of no use any more.
    Ended,
    /// The session's first event is still on its way.
    NotYet,
    /// Somebody else was faster.
    Theirs,
}

/// # Errors
/// The log failed.
#[tracing::instrument(name = "claim", skip_all)]
pub async fn take(
    executor: &Executor,
    session_id: &str,
    origin: &Origin,
) -> Result<Ownership, LogError> {
    let session = executor.sessions.load(session_id).await?.aggregate;
    match &session.stage {
        Stage::Absent => return Ok(Ownership::NotYet),
        stage if stage.is_ended() => return Ok(Ownership::Ended),
        // The queue gave the job to us, so whoever held it has lost its lease.
        Stage::Running { executor_id } => {
            let executor_id = executor_id.clone();
            tracing::warn!(
                session = session_id,
                executor_id,
                "taking over from an executor that is gone"
            );
            let expire = SessionCommand::ExpireLease {
                executor_id,
                handed_over: false,
            };
            execute(executor, session_id, expire, origin).await?;
        }
        _ => {}
    }
    let start = SessionCommand::Start {
        executor_id: executor.settings.executor_id.clone(),
        branch: branch(&session),
    };
    if !execute(executor, session_id, start, origin).await? {
        return Ok(Ownership::Theirs);
    }
    let session = executor.sessions.load(session_id).await?.aggregate;
    Ok(Ownership::Ours(Box::new(session)))
}

/// One branch for all attempts at a story, so that a retry goes on where the last one ended.
fn branch(session: &Session) -> String {
    let story = &session.facts.0.story_id;
    format!("errand/{}", story.get(..13).unwrap_or(story))
}

/// `false` when the session said no.
async fn execute(
    executor: &Executor,
    id: &str,
    command: SessionCommand,
    origin: &Origin,
) -> Result<bool, LogError> {
    let meta = origin.command();
    match executor.sessions.execute(id, command, &meta).await {
        Ok(_) => Ok(true),
        Err(ExecuteError::Refused(_)) => Ok(false),
        Err(ExecuteError::Log(error)) => Err(error),
    }
}
