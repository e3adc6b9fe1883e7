//! Several agents asked for in one reply become a batch.
use crate::{Spawner, batch::BatchCommand};
use async_trait::async_trait;
use errand_eventlog::subscriber::{Failure, Incoming, Reactor};
use errand_proto::{ConversationEvent, Event, v1};

pub struct OpenBatch(pub Spawner);

#[async_trait]
impl Reactor for OpenBatch {
    fn name(&self) -> &'static str {
        "spawner-open-batch"
    }

    fn listens_to(&self) -> &'static [&'static str] {
        &["errand.v1.BatchRequested"]
    }

    async fn handle(&self, event: &Incoming) -> Result<(), Failure> {
        let Event::Conversation(ConversationEvent::BatchRequested(request)) = &event.event else {
            return Ok(());
        };
        let limit_us = i64::try_from(self.0.batch_limit.as_micros()).unwrap_or(i64::MAX);
        let requested_us = event.recorded.envelope.time_us;
        let facts = v1::BatchOpened {
            id: request.batch_id.clone(),
            conversation_id: request.conversation_id.clone(),
            message_id: request.message_id.clone(),
            project_id: request.project_id.clone(),
            title: request.title.clone(),
            story_ids: request.story_ids.clone(),
            agent_names: request.agent_names.clone(),
            due_us: requested_us.saturating_add(limit_us),
        };
        let command = BatchCommand::Open(Box::new(facts));
        let (batch, conversation) = (&request.batch_id, &request.conversation_id);
        let meta = event.causes("open-batch");
        let opened = self.0.batches.execute(batch, command, &meta).await?;
        if opened.is_news() {
            let stories = request.story_ids.len();
            tracing::info!(batch, conversation, stories, "batch opened");
        }
        Ok(())
    }
}
