//! A batch learns how its stories end, and is consolidated when all have ended.
//!
//! A story that ended before its batch was opened is found when it is opened; one that ends later finds the batch.
use crate::{
    Spawner,
    batch::{self, BatchCommand},
};
use async_trait::async_trait;
use errand_eventlog::subscriber::{Failure, Incoming, Reactor};
use errand_proto::{BatchEvent, Event, StoryEvent, batch_id};

pub struct GatherBatch(pub Spawner);

impl GatherBatch {
    /// `None` for the batch when the story may be in one or in none.
    async fn gather(
        &self,
        event: &Incoming,
        batch: Option<&str>,
        story_id: &str,
    ) -> Result<(), Failure> {
        let story = self.0.stories.load(story_id).await?.aggregate;
        let facts = &story.facts.0;
        let own = batch_id(&facts.conversation_id, &facts.message_id).to_string();
        let id = batch.unwrap_or(&own);
        // A batch that has no such story, or is none, takes nothing from it.
        if let Some(finished) = batch::finished(&story) {
            let command = BatchCommand::FinishStory(Box::new(finished));
            let meta = event.causes(&format!("finish-{story_id}"));
            self.0.batches.execute(id, command, &meta).await?;
        }
        Ok(())
    }

    async fn consolidate(&self, event: &Incoming) -> Result<(), Failure> {
        let (id, meta) = (event.id(), event.causes("consolidate"));
        let command = BatchCommand::Consolidate {
            timed_out: false,
            public_url: self.0.public_url.clone(),
        };
        if self.0.batches.execute(id, command, &meta).await?.is_news() {
            tracing::info!(batch = id, "batch consolidated");
        }
        Ok(())
    }
}

#[async_trait]
impl Reactor for GatherBatch {
    fn name(&self) -> &'static str {
        "spawner-gather-batch"
    }

    fn listens_to(&self) -> &'static [&'static str] {
        &[
            "errand.v1.BatchOpened",
            "errand.v1.BatchStoryFinished",
            "errand.v1.StoryCompleted",
            "errand.v1.StoryFailed",
            "errand.v1.StoryCancelled",
            "errand.v1.StoryRejected",
        ]
    }

    async fn handle(&self, event: &Incoming) -> Result<(), Failure> {
        match &event.event {
            Event::Batch(BatchEvent::BatchOpened(opened)) => {
                for story in &opened.story_ids {
                    self.gather(event, Some(event.id()), story).await?;
                }
                Ok(())
            }
            Event::Batch(BatchEvent::BatchStoryFinished(_)) => self.consolidate(event).await,
            Event::Story(
                StoryEvent::StoryCompleted(_)
                | StoryEvent::StoryFailed(_)
                | StoryEvent::StoryCancelled(_)
                | StoryEvent::StoryRejected(_),
            ) => self.gather(event, None, event.id()).await,
            _ => Ok(()),
        }
    }
}
