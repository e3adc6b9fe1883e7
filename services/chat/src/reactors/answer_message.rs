//! A user's message is answered by the Head of Product.
use crate::{Chat, reply::Reply};
use async_trait::async_trait;
use errand_eventlog::subscriber::{Failure, Incoming, Limits, Reactor};
use errand_proto::{ConversationEvent, Event};
use std::time::Duration;

/// The connector's own limits end a reply long before; this one ends a defect.
const REPLY_TIMEOUT: Duration = Duration::from_secs(15 * 60);

pub struct AnswerMessage(pub Chat);

#[async_trait]
impl Reactor for AnswerMessage {
    fn name(&self) -> &'static str {
        "chat-answer-message"
    }

    fn listens_to(&self) -> &'static [&'static str] {
        &[
            "errand.v1.UserMessagePosted",
            "errand.v1.ReplyRetryRequested",
        ]
    }

    fn limits(&self) -> Limits {
        Limits {
            max_in_flight: 2_000,
            attempt_timeout: REPLY_TIMEOUT,
            ..Limits::default()
        }
    }

    async fn handle(&self, event: &Incoming) -> Result<(), Failure> {
        let message_id = match &event.event {
            Event::Conversation(ConversationEvent::UserMessagePosted(e)) => &e.message_id,
            Event::Conversation(ConversationEvent::ReplyRetryRequested(e)) => &e.message_id,
            _ => return Ok(()),
        };
        match Reply::begin(&self.0, event, message_id).await? {
            Some(reply) => reply.write().await,
            None => Ok(()),
        }
    }
}
