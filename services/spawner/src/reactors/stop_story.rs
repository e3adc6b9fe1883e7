//! What a person asked the chat to stop is cancelled, as the button does it.
use crate::{
    Spawner,
    story::{StoryCommand, StoryRefusal},
};
use async_trait::async_trait;
use errand_eventlog::{
    aggregate::ExecuteError,
    subscriber::{Failure, Incoming, Reactor},
};
use errand_proto::{ConversationEvent, Event};

pub struct StopStory(pub Spawner);

#[async_trait]
impl Reactor for StopStory {
    fn name(&self) -> &'static str {
        "spawner-stop-story"
    }

    fn listens_to(&self) -> &'static [&'static str] {
        &["errand.v1.AgentStopRequested"]
    }

    async fn handle(&self, event: &Incoming) -> Result<(), Failure> {
        let Event::Conversation(ConversationEvent::AgentStopRequested(request)) = &event.event
        else {
            return Ok(());
        };
        let command = StoryCommand::RequestCancel {
            by: request.user_id.clone(),
            reason: "asked for in the chat".to_owned(),
        };
        let meta = event.causes("stop-story");
        let stopped = self.0.stories.execute(&request.story_id, command, &meta);
        match stopped.await {
            // It ended by itself, a moment before.
            Err(ExecuteError::Refused(StoryRefusal::Ended(_))) => Ok(()),
            // The story is created by another reactor, which may come a moment later.
            Err(ExecuteError::Refused(StoryRefusal::Absent)) => {
                Err(Failure::Retry("the story does not exist yet".into()))
            }
            other => Ok(other.map(|_| ())?),
        }
    }
}
