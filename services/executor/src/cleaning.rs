//! Removes what ended sessions left in the data folder, whichever executor left it and however that one ended.
use crate::{Executor, workspace::WorkspaceError};
use errand_eventlog::LogError;
use std::time::{Duration, SystemTime};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const LOOK_EVERY: Duration = Duration::from_secs(5 * 60);

/// Why nothing was removed.
#[derive(Debug, thiserror::Error)]
pub enum CleaningError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

/// Looks at once and then from time to time, until `stop`.
pub async fn run(executor: Executor, stop: CancellationToken) {
    let mut tick = tokio::time::interval(LOOK_EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => look(&executor).await,
        }
    }
}

async fn look(executor: &Executor) {
    match clean(executor).await {
        Ok(0) => {}
        Ok(removed) => tracing::info!(removed, "work trees of ended sessions were removed"),
        Err(error) => tracing::warn!(%error, "nothing could be cleaned, will look again"),
    }
    let attachments = executor.attachments.clone();
    let cleaning = tokio::task::spawn_blocking(move || attachments.clean(SystemTime::now()));
    match cleaning.await.unwrap_or_else(|stopped| Err(stopped.into())) {
        Ok(0) => {}
        Ok(removed) => tracing::info!(removed, "old attachments of sessions were removed"),
        Err(error) => tracing::warn!(%error, "attachments could not be cleaned, will look again"),
    }
}

/// Removes the folders of sessions that have ended; the branches with their work stay. Answers how many.
///
/// # Errors
/// The log or the disk failed.
pub async fn clean(executor: &Executor) -> Result<u32, CleaningError> {
    let mut ended = Vec::new();
    for session in executor.workspaces.sessions()? {
        if has_ended(executor, session).await? {
            ended.push(session);
        }
    }
    match ended.is_empty() {
        true => Ok(0),
        false => Ok(executor.workspaces.remove(&ended).await?),
    }
}

/// A session that the log does not know may belong to another installation: it stays.
async fn has_ended(executor: &Executor, session: Uuid) -> Result<bool, LogError> {
    let loaded = executor.sessions.load(&session.to_string()).await?;
    Ok(loaded.aggregate.stage.is_ended())
}
