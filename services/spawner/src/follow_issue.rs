//! What a person cancelled in Linear is cancelled here; with a batch's issue, all its stories that go on.
use crate::{Spawner, linear::Cancelled, story::StoryCommand};
use errand_eventlog::{
    LogError,
    aggregate::{CommandMeta, ExecuteError},
};
use errand_proto::from_rfc3339;
use uuid::Uuid;

const BY: &str = "somebody (Linear)";
const REASON: &str = "The issue was cancelled in Linear";

/// Whether the story is stopped for it now; not one that has ended meanwhile, or was retried since.
pub(crate) async fn follow_issue(
    spawner: &Spawner,
    story: &str,
    cancelled: &Cancelled,
) -> Result<bool, LogError> {
    let Some(cancelled_us) = from_rfc3339(&cancelled.at) else {
        return Ok(false);
    };
    let command = StoryCommand::FollowIssue {
        by: BY.to_owned(),
        reason: REASON.to_owned(),
        cancelled_us,
    };
    let meta = CommandMeta::root(Uuid::new_v4());
    match spawner.stories.execute(story, command, &meta).await {
        Ok(done) if done.is_news() => {
            tracing::info!(story, "cancelled, as its issue was in Linear");
            Ok(true)
        }
        Ok(_) | Err(ExecuteError::Refused(_)) => Ok(false),
        Err(ExecuteError::Log(error)) => Err(error),
    }
}

pub(crate) async fn follow_batch_issue(
    spawner: &Spawner,
    batch: &str,
    cancelled: &Cancelled,
) -> Result<(), LogError> {
    let batch = spawner.batches.load(batch).await?.aggregate;
    for story in &batch.facts.0.story_ids {
        follow_issue(spawner, story, cancelled).await?;
    }
    Ok(())
}
