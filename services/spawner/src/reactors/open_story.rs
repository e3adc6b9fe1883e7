//! A requested spawn becomes a story.
use crate::{Spawner, story::StoryCommand};
use async_trait::async_trait;
use errand_eventlog::subscriber::{Failure, Incoming, Reactor};
use errand_proto::{ConversationEvent, Event, v1};

const MAX_TITLE_PROMPT_CHARS: usize = 100;

pub struct OpenStory(pub Spawner);

#[async_trait]
impl Reactor for OpenStory {
    fn name(&self) -> &'static str {
        "spawner-open-story"
    }

    fn listens_to(&self) -> &'static [&'static str] {
        &["errand.v1.AgentSpawnRequested"]
    }

    async fn handle(&self, event: &Incoming) -> Result<(), Failure> {
        let Event::Conversation(ConversationEvent::AgentSpawnRequested(request)) = &event.event
        else {
            return Ok(());
        };
        let tracker = self.0.tracker.as_ref().map_or("", |_| "linear");
        let facts = story_facts(request, tracker);
        let command = StoryCommand::Create(Box::new(facts));
        let meta = event.causes("open-story");
        let story = &request.story_id;
        let created = self.0.stories.execute(story, command, &meta).await?;
        if created.is_news() {
            let (session, conversation) = (&request.session_id, &request.conversation_id);
            let agent = &request.agent;
            tracing::info!(story, session, conversation, agent, "story created");
        }
        Ok(())
    }
}

fn story_facts(request: &v1::AgentSpawnRequested, tracker: &str) -> v1::StoryCreated {
    let prompt_start: String = request
        .prompt
        .chars()
        .take(MAX_TITLE_PROMPT_CHARS)
        .collect();
    v1::StoryCreated {
        id: request.story_id.clone(),
        workspace_id: request.workspace_id.clone(),
        run_id: request.run_id.clone(),
        project_id: request.project_id.clone(),
        title: format!("{}: {}", request.agent_name, one_line(&prompt_start)),
        rationale: request.rationale.clone(),
        priority: priority_name(&request.priority_level).to_owned(),
        priority_level: request.priority_level.clone(),
        priority_score: request.priority_score,
        policy: request.policy.clone(),
        advances_launch_stage: String::new(),
        conversation_id: request.conversation_id.clone(),
        message_id: request.message_id.clone(),
        session_id: request.session_id.clone(),
        agent: request.agent.clone(),
        agent_name: request.agent_name.clone(),
        prompt: request.prompt.clone(),
        tracker: tracker.to_owned(),
        batch_id: request.batch_id.clone(),
        user_id: request.user_id.clone(),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The users' record calls the priority of a story from the chat (P1) "medium".
fn priority_name(level: &str) -> &'static str {
    match level {
        "P0" => "high",
        "P1" => "medium",
        _ => "low",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_is_the_agents_name_and_the_first_hundred_characters() {
        let request = v1::AgentSpawnRequested {
            agent_name: "Code Generation".into(),
            prompt: "é".repeat(150),
            priority_level: "P1".into(),
            ..Default::default()
        };
        let facts = story_facts(&request, "linear");
        assert_eq!(facts.title, format!("Code Generation: {}", "é".repeat(100)));
        assert_eq!(facts.priority, "medium");
    }
}
