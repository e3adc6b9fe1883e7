//! What people do to the queue as a whole.
use super::order::QueueRequest;
use errand_dashboard::CommandError;
use errand_eventlog::{JobQueue, LogError, Pause};

pub async fn carry_out(queue: &dyn JobQueue, request: QueueRequest) -> Result<(), CommandError> {
    match request {
        QueueRequest::Pause(pause) => set(queue, pause).await,
        QueueRequest::Resume { project_id, user } => {
            lift(queue, project_id.as_deref(), &user).await
        }
    }
    .map_err(|error| match error {
        LogError::Rejected(reason) => CommandError::Refused(reason),
        other => CommandError::Unavailable(other.to_string()),
    })
}

async fn set(queue: &dyn JobQueue, pause: Pause) -> Result<(), LogError> {
    let words = pause.words();
    if queue.pause(pause).await? {
        tracing::info!("{words}");
    }
    Ok(())
}

async fn lift(queue: &dyn JobQueue, project: Option<&str>, by: &str) -> Result<(), LogError> {
    if queue.resume(project).await? {
        tracing::info!(project, by, "the queue goes on");
    }
    Ok(())
}
