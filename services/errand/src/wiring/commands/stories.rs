//! What people do to stories.
use super::{Answer, answer, order::StoryRequest};
use errand_dashboard::CommandError;
use errand_eventlog::aggregate::{Aggregates, CommandMeta, Context, now_us};
use errand_spawner::story::{Story, StoryCommand, StoryRefusal};
use uuid::Uuid;

pub async fn carry_out(
    stories: &Aggregates<Story>,
    id: &str,
    by: String,
    request: StoryRequest,
    meta: CommandMeta,
) -> Answer {
    let story = stories.load(id).await;
    let story = story.map_err(|e| CommandError::Unavailable(e.to_string()))?;
    let command = command(id, &story, by, request)?;
    let meta = caused(&story, meta);
    let executed = stories.execute(id, command, &meta).await;
    answer(executed, |refusal| matches!(refusal, StoryRefusal::Absent))
}

fn command(
    id: &str,
    story: &Context<Story>,
    by: String,
    request: StoryRequest,
) -> Result<StoryCommand, CommandError> {
    Ok(match request {
        StoryRequest::Cancel { reason } => StoryCommand::RequestCancel { by, reason },
        StoryRequest::FollowIssue {
            reason,
            cancelled_us,
        } => StoryCommand::FollowIssue {
            by,
            reason,
            cancelled_us,
        },
        StoryRequest::Approve => StoryCommand::Approve { by },
        StoryRequest::Reject { reason } => StoryCommand::Reject { by, reason },
        StoryRequest::Retry => {
            let seed = Uuid::parse_str(id)
                .map_err(|_| CommandError::NotFound(StoryRefusal::Absent.to_string()))?;
            let session_id = errand_proto::session_id(seed, story.aggregate.attempt + 1);
            let session_id = session_id.to_string();
            let time_us = now_us();
            StoryCommand::Retry {
                by,
                session_id,
                time_us,
            }
        }
    })
}

/// What a person does to a story belongs to what led to the story.
fn caused(story: &Context<Story>, meta: CommandMeta) -> CommandMeta {
    let asked_by = Uuid::parse_str(&story.aggregate.facts.0.message_id);
    CommandMeta {
        correlation_id: asked_by.unwrap_or(meta.correlation_id),
        ..meta
    }
}
