//! Tells the conversation what came of a batch, in one message.
use crate::{
    announcement,
    conversation::{Conversation, ConversationCommand},
};
use async_trait::async_trait;
use errand_eventlog::{
    aggregate::Aggregates,
    subscriber::{Failure, Incoming, Reactor},
};
use errand_proto::{BatchEvent, Event};

pub struct AnnounceBatch(pub Aggregates<Conversation>);

#[async_trait]
impl Reactor for AnnounceBatch {
    fn name(&self) -> &'static str {
        "chat-announce-batch"
    }

    fn listens_to(&self) -> &'static [&'static str] {
        &["errand.v1.BatchConsolidated"]
    }

    async fn handle(&self, event: &Incoming) -> Result<(), Failure> {
        let Event::Batch(BatchEvent::BatchConsolidated(report)) = &event.event else {
            return Ok(());
        };
        let conversation = &report.conversation_id;
        let told = announcement::consolidated(report);
        let command = ConversationCommand::AnnounceBatch(Box::new(told));
        let meta = event.causes("announce-batch");
        let told = self.0.execute(conversation, command, &meta).await?;
        if told.is_news() {
            tracing::info!(batch = event.id(), conversation, "report told in the chat");
        }
        Ok(())
    }
}
