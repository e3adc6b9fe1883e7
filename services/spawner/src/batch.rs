//! The Batch aggregate: several stories that one reply asked for, and what came of them together.
mod decide;
pub mod report;
#[cfg(test)]
mod spec;

use crate::story::{IssueLink, Stage, Story};
use cqrs_es::{Aggregate, event_sink::EventSink};
use errand_proto::{BatchEvent, Json, v1};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, convert::Infallible, time::Duration};

/// A batch is consolidated by then at the latest.
pub const USUAL_TIME_LIMIT: Duration = Duration::from_secs(2 * 60 * 60);

/// A batch as folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    pub opened: bool,
    pub facts: Json<v1::BatchOpened>,
    pub link: Option<IssueLink>,
    /// By story.
    pub finished: BTreeMap<String, Json<v1::BatchStoryFinished>>,
    /// The report; empty until it is consolidated.
    pub report: String,
}

impl Batch {
    pub fn is_consolidated(&self) -> bool {
        !self.report.is_empty()
    }

    pub fn has(&self, story_id: &str) -> bool {
        self.facts.0.story_ids.iter().any(|id| id == story_id)
    }

    /// What people call a story's agent; batches of an earlier version do not say.
    pub fn agent_name(&self, story_id: &str) -> Option<&str> {
        let facts = &self.facts.0;
        let place = facts.story_ids.iter().position(|id| id == story_id)?;
        facts.agent_names.get(place).map(String::as_str)
    }

    pub fn all_cancelled(&self) -> bool {
        let mut ends = self.finished.values();
        self.all_finished() && ends.all(|end| end.0.status == "cancelled")
    }

    fn all_finished(&self) -> bool {
        let mut stories = self.facts.0.story_ids.iter();
        stories.all(|id| self.finished.contains_key(id))
    }
}

/// What can be asked of a batch. Every one yields at most one event.
#[derive(Debug, Clone, PartialEq)]
pub enum BatchCommand {
    Open(Box<v1::BatchOpened>),
    LinkIssue(IssueLink),
    FinishStory(Box<v1::BatchStoryFinished>),
    /// Writes the report, if every story has ended or the time is over.
    Consolidate {
        timed_out: bool,
        /// Where people find Errand.
        public_url: String,
    },
}

/// What a story's batch is told of it; `None` while it goes on.
pub fn finished(story: &Story) -> Option<v1::BatchStoryFinished> {
    let (status, summary) = match story.stage {
        Stage::Completed => ("completed", &story.summary),
        Stage::Failed => ("failed", &story.reason),
        Stage::Cancelled => ("cancelled", &story.reason),
        _ => return None,
    };
    Some(v1::BatchStoryFinished {
        story_id: story.facts.0.id.clone(),
        status: status.to_owned(),
        summary: summary.clone(),
        pr_url: story.pr_url.clone(),
        session_id: story.session_id.clone(),
        story: Some(story.reference()),
        findings: story.findings.clone().map(|it| it.0),
    })
}

impl Aggregate for Batch {
    const TYPE: &'static str = "batch";
    type Command = BatchCommand;
    type Event = BatchEvent;
    type Error = Infallible;
    type Services = ();

    async fn handle(
        &mut self,
        command: BatchCommand,
        _: &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Infallible> {
        if let Some(event) = decide::decide(self, command) {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: BatchEvent) {
        match event {
            BatchEvent::BatchOpened(e) => {
                self.opened = true;
                self.facts = Json(e);
            }
            BatchEvent::BatchIssueLinked(e) => {
                self.link = Some(IssueLink {
                    id: e.linear_task_id,
                    identifier: e.identifier,
                    url: e.linear_issue_url,
                });
            }
            BatchEvent::BatchStoryFinished(e) => {
                self.finished.insert(e.story_id.clone(), Json(e));
            }
            BatchEvent::BatchConsolidated(e) => self.report = e.report_markdown,
        }
    }
}
