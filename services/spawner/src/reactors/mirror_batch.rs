//! The batch's issue shows what came of each story, and the stories' issues are parts of it.
//!
//! The whole present is sent each time, so order and repeats do not matter. Its state is sent at its beginning and its end
//! only: what people do with the issue meanwhile stands.
use super::link_issue::{failure, issue_id};
use crate::{
    Spawner,
    batch::Batch,
    batch_text,
    linear::{IssueChange, IssueTracker},
};
use async_trait::async_trait;
use errand_eventlog::subscriber::{Failure, Incoming, Limits, Reactor};
use errand_proto::{BatchEvent, Event, batch_id};
use std::sync::Arc;

pub struct MirrorBatch {
    pub spawner: Spawner,
    pub tracker: Arc<dyn IssueTracker>,
}

impl MirrorBatch {
    /// The story's issue becomes a part of the batch's, once there are both.
    async fn adopt(&self, batch: &Batch, story_id: &str) -> Result<(), Failure> {
        let story = self.spawner.stories.load(story_id).await?.aggregate;
        let (Some(parent), Some(child)) = (&batch.link, &story.link) else {
            return Ok(());
        };
        let change = IssueChange {
            parent: Some(issue_id(&parent.id)?),
            ..IssueChange::default()
        };
        let update = self.tracker.update_issue(issue_id(&child.id)?, &change);
        update.await.map_err(failure)
    }

    /// Sends until what was sent is what is there: an older state that another process sends is overtaken.
    async fn show(&self, id: &str, mut batch: Batch) -> Result<(), Failure> {
        while let Some(link) = &batch.link {
            let is_turn = batch.finished.is_empty() || batch.is_consolidated();
            let change = IssueChange {
                description: Some(batch_text::description(&batch)),
                state: is_turn.then(|| batch_text::state(&batch)),
                parent: None,
            };
            let update = self.tracker.update_issue(issue_id(&link.id)?, &change);
            update.await.map_err(failure)?;
            let now = self.spawner.batches.load(id).await?.aggregate;
            if now == batch {
                break;
            }
            batch = now;
        }
        Ok(())
    }
}

#[async_trait]
impl Reactor for MirrorBatch {
    fn name(&self) -> &'static str {
        "spawner-mirror-batch"
    }

    fn listens_to(&self) -> &'static [&'static str] {
        &[
            "errand.v1.LinearIssueLinked",
            "errand.v1.BatchIssueLinked",
            "errand.v1.BatchStoryFinished",
            "errand.v1.BatchConsolidated",
        ]
    }

    fn limits(&self) -> Limits {
        Limits {
            max_attempts: 100,
            ..Limits::default()
        }
    }

    async fn handle(&self, event: &Incoming) -> Result<(), Failure> {
        if let Event::Story(_) = &event.event {
            let story = self.spawner.stories.load(event.id()).await?.aggregate;
            let facts = &story.facts.0;
            let id = batch_id(&facts.conversation_id, &facts.message_id).to_string();
            let batch = self.spawner.batches.load(&id).await?.aggregate;
            return match batch.has(event.id()) {
                true => self.adopt(&batch, event.id()).await,
                false => Ok(()),
            };
        }
        let batch = self.spawner.batches.load(event.id()).await?.aggregate;
        if let Event::Batch(BatchEvent::BatchIssueLinked(_)) = &event.event {
            for story in &batch.facts.0.story_ids {
                self.adopt(&batch, story).await?;
            }
        }
        self.show(event.id(), batch).await
    }
}
