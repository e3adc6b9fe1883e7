//! A new story, or a retried one, gets a session for its next attempt.
use crate::session::{Session, SessionCommand};
use async_trait::async_trait;
use errand_eventlog::{
    EventLog, LogError,
    aggregate::Aggregates,
    subscriber::{Failure, Incoming, Reactor},
};
use errand_proto::{Event, StoryEvent, v1};
use std::sync::Arc;

pub struct OpenSession {
    pub log: Arc<dyn EventLog>,
    pub sessions: Aggregates<Session>,
}

#[async_trait]
impl Reactor for OpenSession {
    fn name(&self) -> &'static str {
        "executor-open-session"
    }

    fn listens_to(&self) -> &'static [&'static str] {
        &["errand.v1.StoryCreated", "errand.v1.StoryRetried"]
    }

    async fn handle(&self, event: &Incoming) -> Result<(), Failure> {
        let facts = match &event.event {
            Event::Story(StoryEvent::StoryCreated(story)) => {
                session_facts(story, &story.session_id, 1, event)
            }
            Event::Story(StoryEvent::StoryRetried(retry)) => {
                let story = self.story(event).await?;
                session_facts(&story, &retry.session_id, retry.attempt, event)
            }
            _ => return Ok(()),
        };
        let (session, conversation) = (facts.id.clone(), facts.conversation_id.clone());
        let command = SessionCommand::Create(Box::new(facts));
        let meta = event.causes("open-session");
        let opened = self.sessions.execute(&session, command, &meta).await?;
        if opened.is_news() {
            tracing::info!(story = event.id(), session, conversation, "session opened");
        }
        Ok(())
    }
}

impl OpenSession {
    /// A retry does not repeat what the story's first event says.
    async fn story(&self, event: &Incoming) -> Result<v1::StoryCreated, Failure> {
        let events = self.log.load(&event.recorded.subject, 0).await?;
        let first = events.first().map(|first| first.decode());
        match first {
            Some(Ok(Event::Story(StoryEvent::StoryCreated(story)))) => Ok(story),
            _ => Err(LogError::Corrupt(format!("{} has no beginning", event.id())).into()),
        }
    }
}

fn session_facts(
    story: &v1::StoryCreated,
    session_id: &str,
    attempt: u32,
    event: &Incoming,
) -> v1::AgentSessionCreated {
    v1::AgentSessionCreated {
        id: session_id.to_owned(),
        story_id: story.id.clone(),
        workspace_id: story.workspace_id.clone(),
        project_id: story.project_id.clone(),
        agent_name: story.agent_name.clone(),
        agent_type: "specialist".to_owned(),
        agent: story.agent.clone(),
        prompt: story.prompt.clone(),
        attempt,
        conversation_id: story.conversation_id.clone(),
        first_turn: Some(v1::Turn {
            turn: 1,
            thinking: "Spawned from chat by user request".to_owned(),
            action: "spawn".to_owned(),
            prompt: story.prompt.clone(),
            timestamp_us: event.recorded.envelope.time_us,
        }),
    }
}
