//! A batch gets an issue at Linear of its own, of which its stories' issues become parts.
use super::link_issue::failure;
use crate::{
    Spawner,
    batch::BatchCommand,
    batch_text,
    linear::{IssueTracker, NewIssue, batch_issue_uuid},
    story::IssueLink,
};
use async_trait::async_trait;
use errand_eventlog::subscriber::{Failure, Incoming, Limits, Reactor};
use std::sync::Arc;
use uuid::Uuid;

/// Linear's number for a normal priority.
const NORMAL: u8 = 3;

pub struct LinkBatch {
    pub spawner: Spawner,
    pub tracker: Arc<dyn IssueTracker>,
}

#[async_trait]
impl Reactor for LinkBatch {
    fn name(&self) -> &'static str {
        "spawner-link-batch"
    }

    fn listens_to(&self) -> &'static [&'static str] {
        &["errand.v1.BatchOpened"]
    }

    /// Linear may be away for hours; the issue still follows.
    fn limits(&self) -> Limits {
        Limits {
            max_attempts: 300,
            ..Limits::default()
        }
    }

    async fn handle(&self, event: &Incoming) -> Result<(), Failure> {
        let batch = self.spawner.batches.load(event.id()).await?.aggregate;
        if batch.link.is_some() {
            return Ok(());
        }
        let id = Uuid::parse_str(event.id())
            .map_err(|_| Failure::Hopeless("the batch's id is not a UUID".into()))?;
        let issue = NewIssue {
            id: batch_issue_uuid(id),
            title: batch.facts.0.title.clone(),
            description_markdown: batch_text::description(&batch),
            priority: NORMAL,
            parent: None,
        };
        let made = self.tracker.create_issue(&issue).await.map_err(failure)?;
        let command = BatchCommand::LinkIssue(IssueLink {
            id: made.id.to_string(),
            identifier: made.identifier,
            url: made.url,
        });
        let meta = event.causes("link-batch");
        let batches = &self.spawner.batches;
        batches.execute(event.id(), command, &meta).await?;
        Ok(())
    }
}
