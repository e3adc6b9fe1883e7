//! Puts an agent's question to the conversation that asked for its story, and spends the buttons when it is answered.
use crate::conversation::{Conversation, ConversationCommand, ConversationRefusal};
use async_trait::async_trait;
use errand_eventlog::{
    aggregate::{Aggregates, ExecuteError},
    subscriber::{Failure, Incoming, Reactor},
};
use errand_proto::{Event, SessionEvent, v1};

pub struct PutQuestion(pub Aggregates<Conversation>);

#[async_trait]
impl Reactor for PutQuestion {
    fn name(&self) -> &'static str {
        "chat-put-question"
    }

    fn listens_to(&self) -> &'static [&'static str] {
        &["errand.v1.InputRequested", "errand.v1.InputProvided"]
    }

    async fn handle(&self, event: &Incoming) -> Result<(), Failure> {
        let Event::Session(session) = &event.event else {
            return Ok(());
        };
        let Some((conversation, command)) = news(event.id(), session) else {
            return Ok(());
        };
        let meta = event.causes("put-question");
        match self.0.execute(conversation, command, &meta).await {
            Ok(told) if told.is_news() => {
                let session = event.id();
                tracing::info!(session, conversation, "question told in the chat");
                Ok(())
            }
            // Question and answer are handled apart; the question may come a moment later.
            Err(ExecuteError::Refused(ConversationRefusal::NotAsked)) => {
                Err(Failure::Retry("the question is not asked yet".into()))
            }
            other => Ok(other.map(|_| ())?),
        }
    }
}

fn news<'a>(session: &str, event: &'a SessionEvent) -> Option<(&'a str, ConversationCommand)> {
    let (conversation, command) = match event {
        SessionEvent::InputRequested(e) => {
            let question = v1::QuestionAsked {
                question_id: e.question_id.clone(),
                story_id: e.story_id.clone(),
                session_id: session.to_owned(),
                text: e.text.clone(),
                actions: e.options.clone(),
            };
            let ask = ConversationCommand::Ask(Box::new(question));
            (&e.conversation_id, ask)
        }
        SessionEvent::InputProvided(e) => {
            let answer = v1::QuestionAnswered {
                question_id: e.question_id.clone(),
                answer: e.answer.clone(),
                user_id: e.by.clone(),
            };
            let close = ConversationCommand::CloseQuestion(Box::new(answer));
            (&e.conversation_id, close)
        }
        _ => return None,
    };
    // A session that no conversation asked for is answered on its story's page alone.
    (!conversation.is_empty()).then_some((conversation.as_str(), command))
}
