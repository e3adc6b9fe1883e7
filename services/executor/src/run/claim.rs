//! Takes ownership of a session, or says why not.
use crate::{
    Executor,
    session::{Session, SessionCommand, Stage},
};
use errand_eventlog::{
    LogError,
    aggregate::{CommandMeta, ExecuteError},
};
use uuid::Uuid;

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
pub async fn take(executor: &Executor, session_id: &str) -> Result<Ownership, LogError> {
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
            execute(executor, session_id, expire).await?;
        }
        _ => {}
    }
    let start = SessionCommand::Start {
        executor_id: executor.settings.executor_id.clone(),
        branch: branch(&session),
    };
    if !execute(executor, session_id, start).await? {
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
async fn execute(executor: &Executor, id: &str, command: SessionCommand) -> Result<bool, LogError> {
    let meta = CommandMeta {
        correlation_id: correlation(executor, id).await?,
        ..CommandMeta::root(Uuid::new_v4())
    };
    match executor.sessions.execute(id, command, &meta).await {
        Ok(_) => Ok(true),
        Err(ExecuteError::Refused(_)) => Ok(false),
        Err(ExecuteError::Log(error)) => Err(error),
    }
}

/// The correlation id under which the session was created.
///
/// # Errors
/// The log failed.
pub async fn correlation(executor: &Executor, session_id: &str) -> Result<Uuid, LogError> {
    let kind = errand_proto::AggregateKind::Session;
    let subject = errand_proto::Subject::new(&executor.workspace_id, kind, session_id)
        .map_err(|e| LogError::Rejected(e.to_string()))?;
    let events = executor.log.load(&subject, 0).await?;
    Ok(events
        .first()
        .map_or_else(Uuid::nil, |e| e.envelope.correlation_id))
}
