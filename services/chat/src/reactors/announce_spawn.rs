//! Tells the conversation that its agent was spawned: with the link, or without it when Linear is late.
use crate::{
    announcement::{self, Link},
    conversation::{Conversation, ConversationCommand},
};
use async_trait::async_trait;
use errand_eventlog::{
    aggregate::Aggregates,
    subscriber::{Failure, Incoming, Reactor},
};
use errand_proto::{Event, StoryEvent};

pub struct AnnounceSpawn(pub Aggregates<Conversation>);

#[async_trait]
impl Reactor for AnnounceSpawn {
    fn name(&self) -> &'static str {
        "chat-announce-spawn"
    }

    fn listens_to(&self) -> &'static [&'static str] {
        &[
            "errand.v1.StoryCreated",
            "errand.v1.LinearIssueLinked",
            "errand.v1.LinearIssueLinkFailed",
        ]
    }

    async fn handle(&self, event: &Incoming) -> Result<(), Failure> {
        let Some((conversation, agent_name, link)) = news(&event.event) else {
            return Ok(());
        };
        let told = announcement::spawned(event.id(), agent_name, &link);
        let command = ConversationCommand::AnnounceSpawn(Box::new(told));
        let meta = event.causes("announce-spawn");
        let told = self.0.execute(conversation, command, &meta).await?;
        if told.is_news() {
            tracing::info!(story = event.id(), conversation, "spawn told in the chat");
        }
        Ok(())
    }
}

/// Conversation, agent and link, when this event is the one to tell.
fn news(event: &Event) -> Option<(&str, &str, Link)> {
    match event {
        // With a tracker the link is worth waiting for: it comes, or the news that it is late.
        Event::Story(StoryEvent::StoryCreated(e)) if e.tracker.is_empty() => {
            Some((&e.conversation_id, &e.agent_name, Link::None))
        }
        Event::Story(StoryEvent::LinearIssueLinked(e)) => {
            let story = e.story.as_ref()?;
            let link = Link::Is(e.linear_issue_url.clone());
            Some((&story.conversation_id, &story.agent_name, link))
        }
        Event::Story(StoryEvent::LinearIssueLinkFailed(e)) => {
            let story = e.story.as_ref()?;
            Some((&story.conversation_id, &story.agent_name, Link::Follows))
        }
        _ => None,
    }
}
