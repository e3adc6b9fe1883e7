//! Pausing the queue and going on with it, as the pages and the API do it.
use crate::{commands::CommandError, dashboard::Site};
use std::time::Duration;

/// A pause travels to this process after it holds; who asked for it is answered when it can be seen here.
const SEEN_WITHIN: Duration = Duration::from_secs(1);
const LOOK_EVERY: Duration = Duration::from_millis(20);

impl Site {
    /// # Errors
    /// No executor answers, or a limit is hit.
    pub async fn pause_queue(&self, project: Option<&str>, user: &str) -> Result<(), CommandError> {
        self.commands.pause_queue(project, user).await?;
        self.seen(project, true).await;
        Ok(())
    }

    /// # Errors
    /// No executor answers.
    pub async fn resume_queue(
        &self,
        project: Option<&str>,
        user: &str,
    ) -> Result<(), CommandError> {
        self.commands.resume_queue(project, user).await?;
        self.seen(project, false).await;
        Ok(())
    }

    async fn seen(&self, project: Option<&str>, paused: bool) {
        let look = async {
            while let Ok(pauses) = self.queue.pauses().await
                && pauses.iter().any(|p| p.project_id.as_deref() == project) != paused
            {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        if tokio::time::timeout(SEEN_WITHIN, look).await.is_err() {
            tracing::debug!("answering before the queue shows the change");
        }
    }
}
