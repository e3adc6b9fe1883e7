//! Tells the conversation how the work ended. The worked example of a subscriber: one small file.
use crate::{
    announcement,
    conversation::{Conversation, ConversationCommand},
};
use async_trait::async_trait;
use errand_eventlog::{
    aggregate::Aggregates,
    subscriber::{Failure, Incoming, Reactor},
};
use errand_proto::{Event, StoryEvent, v1};

pub struct AnnounceCompletion(pub Aggregates<Conversation>);

#[async_trait]
impl Reactor for AnnounceCompletion {
    fn name(&self) -> &'static str {
        "chat-announce-completion"
    }

    fn listens_to(&self) -> &'static [&'static str] {
        &[
            "errand.v1.StoryCompleted",
            "errand.v1.StoryFailed",
            "errand.v1.StoryRetryScheduled",
            "errand.v1.StoryCancelled",
            "errand.v1.StoryRejected",
        ]
    }

    async fn handle(&self, event: &Incoming) -> Result<(), Failure> {
        let Some((conversation, told)) = news(&event.event) else {
            return Ok(());
        };
        let (session, status) = (told.session_id.clone(), told.status.clone());
        let command = ConversationCommand::AnnounceCompletion(Box::new(told));
        let meta = event.causes("announce-completion");
        let told = self.0.execute(conversation, command, &meta).await?;
        if told.is_news() {
            let story = event.id();
            tracing::info!(
                story,
                session,
                conversation,
                status,
                "ending told in the chat"
            );
        }
        Ok(())
    }
}

fn news(event: &Event) -> Option<(&str, v1::CompletionAnnounced)> {
    let (story, told) = match event {
        Event::Story(StoryEvent::StoryCompleted(e)) => {
            let story = e.story.as_ref()?;
            (story, announcement::completed(story, e))
        }
        Event::Story(StoryEvent::StoryFailed(e)) => {
            let story = e.story.as_ref()?;
            (story, announcement::failed(story, e))
        }
        Event::Story(StoryEvent::StoryRetryScheduled(e)) => {
            let story = e.story.as_ref()?;
            (story, announcement::retrying(story, e))
        }
        Event::Story(StoryEvent::StoryCancelled(e)) => {
            let story = e.story.as_ref()?;
            (story, announcement::cancelled(story, e))
        }
        Event::Story(StoryEvent::StoryRejected(e)) => {
            let story = e.story.as_ref()?;
            (story, announcement::rejected(story, e))
        }
        _ => return None,
    };
    Some((&story.conversation_id, told))
}
