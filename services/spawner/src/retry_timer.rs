//! Begins retries when their time has come.
use crate::{
    Spawner,
    story::StoryCommand,
    timer::{self, Deadline},
};
use async_trait::async_trait;
use errand_eventlog::{LogError, aggregate::ExecuteError, subscriber::Incoming};
use errand_proto::{Event, StoryEvent, session_id};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Runs until `stop`.
pub async fn run(spawner: Spawner, stop: CancellationToken) {
    timer::run::<Retry>(spawner, stop).await;
}

struct Retry;

#[async_trait]
impl Deadline for Retry {
    const LISTENS_TO: &'static [&'static str] = &[
        "errand.v1.StoryRetryScheduled",
        "errand.v1.StoryRetried",
        "errand.v1.StoryCancelled",
    ];

    fn due_us(event: &Event) -> Option<i64> {
        match event {
            Event::Story(StoryEvent::StoryRetryScheduled(event)) => Some(event.due_us),
            _ => None,
        }
    }

    async fn begin(spawner: &Spawner, id: &str, scheduled: &Incoming) -> Result<(), LogError> {
        let story = spawner.stories.load(id).await?.aggregate;
        let Ok(seed) = Uuid::parse_str(id) else {
            tracing::error!(
                story = id,
                "the story's id is not a UUID: it cannot be retried"
            );
            return Ok(());
        };
        let command = StoryCommand::RetryDue {
            failed_session: story.session_id,
            session_id: session_id(seed, story.attempt + 1).to_string(),
        };
        let meta = scheduled.causes("retry-due");
        match spawner.stories.execute(id, command, &meta).await {
            Ok(done) => {
                if done.is_news() {
                    tracing::info!(story = id, attempt = story.attempt + 1, "tried again");
                }
                Ok(())
            }
            Err(ExecuteError::Refused(refusal)) => {
                tracing::warn!(story = id, %refusal, "it is not tried again");
                Ok(())
            }
            Err(ExecuteError::Log(error)) => Err(error),
        }
    }
}
