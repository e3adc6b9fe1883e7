//! The Story aggregate: one piece of work from its request to its end.
mod command;
mod decide;
mod evolve;
pub mod retries;
#[cfg(test)]
mod spec;

pub use command::{Failure, Stopped, StoryCommand};
pub use retries::Retries;

use cqrs_es::{Aggregate, event_sink::EventSink};
use errand_proto::{Json, StoryEvent, v1};
use serde::{Deserialize, Serialize};

/// Policies of a story.
pub const AUTO_SAFE: &str = "auto_safe";
pub const NEEDS_APPROVAL: &str = "needs_approval";

/// How long after a retry Linear may still come to know that the story was cancelled before it: as long as a request
/// that was under way may take, and what the clocks differ.
pub const MIRROR_DELAY_US: i64 = 15 * 1_000_000;

/// Where a story stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Nothing was recorded yet.
    #[default]
    Absent,
    /// Waits for a person's approval.
    AwaitingApproval,
    /// May run, and waits for its Linear link (or for the news that there is none for now).
    Approved,
    Queued,
    InProgress,
    /// An attempt failed with something that may pass; the next begins at its time.
    AwaitingRetry,
    Completed,
    Failed,
    Cancelled,
}

impl Stage {
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// The issue at Linear.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueLink {
    /// The issue's UUID.
    pub id: String,
    pub identifier: String,
    pub url: String,
}

/// A story as folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Story {
    pub stage: Stage,
    /// As requested; set unless absent.
    pub facts: Json<v1::StoryCreated>,
    pub link: Option<IssueLink>,
    pub link_failed: bool,
    pub cancel_requested: bool,
    /// The session of the present attempt.
    pub session_id: String,
    /// 1 for the first run.
    pub attempt: u32,
    /// Retries since a person last asked for one.
    pub retries: u32,
    /// When the next retry is due, in microseconds since the Unix epoch; 0 when none is scheduled.
    pub retry_due_us: i64,
    /// When a person last asked for a retry, in microseconds since the Unix epoch; 0 when nobody did.
    pub retried_us: i64,
    /// How the last attempt ended when it did not complete, and where its partial work is at the forge.
    pub outcome: String,
    pub branch_url: String,
    pub pr_url: String,
    /// What came of it, and what its agent found, once it is completed.
    pub summary: String,
    pub findings: Option<Json<v1::Findings>>,
    /// Why it failed or was cancelled; empty otherwise.
    pub reason: String,
}

impl Story {
    /// What other services need to know of this story.
    pub fn reference(&self) -> v1::StoryRef {
        let facts = &self.facts.0;
        v1::StoryRef {
            story_id: facts.id.clone(),
            conversation_id: facts.conversation_id.clone(),
            project_id: facts.project_id.clone(),
            agent: facts.agent.clone(),
            agent_name: facts.agent_name.clone(),
            title: facts.title.clone(),
            linear_issue_url: self
                .link
                .as_ref()
                .map_or_else(String::new, |l| l.url.clone()),
        }
    }
}

/// Why a story says no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoryRefusal {
    #[error("there is no such story")]
    Absent,
    #[error("the story has already ended as {0:?}; start a new one or retry it")]
    Ended(Stage),
    #[error("the story is {0:?}; only one that failed or was cancelled can be retried")]
    NotRetryable(Stage),
    #[error("the story needs no approval: it is {0:?}")]
    NotAwaitingApproval(Stage),
}

impl Aggregate for Story {
    const TYPE: &'static str = "story";
    type Command = StoryCommand;
    type Event = StoryEvent;
    type Error = StoryRefusal;
    type Services = ();

    async fn handle(
        &mut self,
        command: StoryCommand,
        _: &(),
        sink: &EventSink<Self>,
    ) -> Result<(), StoryRefusal> {
        if let Some(event) = decide::decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: StoryEvent) {
        evolve::evolve(self, event);
    }
}
