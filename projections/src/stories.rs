//! Stories: one row per piece of work, with every field of the users' own record.
mod membership;
mod queries;
#[cfg(test)]
mod tests;

pub use queries::{Story, StoryFilter};

use crate::{
    Result,
    db::{RowSet, Table, TableRow as _, Tx},
    folded::folded,
    keys::{Key, Keys},
    parts::json,
    projection::{At, Fact, Projection, continued},
};
use async_trait::async_trait;
use errand_proto::{AggregateKind, BatchEvent, Event, Outcome, StoryEvent, v1};
use membership::EarlyRow;

words! {
    /// Where a story stands.
    pub enum StoryStatus {
        Pending = "pending",
        Approved = "approved",
        InProgress = "in_progress",
        Completed = "completed",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

impl StoryStatus {
    pub const fn is_ended(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

table! {
    /// A piece of work. Times are microseconds since the Unix epoch (RFC 3339 in JSON); empty texts are `null` in JSON
    /// where nothing is known yet.
    pub struct StoryRow in "stories" key (id) {
        pub id: String,
        pub workspace_id: String,
        pub run_id: String,
        pub project_id: String,
        /// The agent's name, a colon and the first 100 characters of the prompt.
        pub title: String,
        pub rationale: String,
        /// "urgent", "high", "medium" or "low".
        pub priority: String,
        /// "P0" to "P3".
        pub priority_level: String,
        pub priority_score: i64,
        /// "auto_safe" or "needs_approval".
        pub policy: String,
        pub status: StoryStatus,
        /// Follows from `status`; it splits the lists of a project.
        #[serde(skip)]
        pub is_ended: bool,
        #[serde(serialize_with = "json::text")]
        pub linear_task_id: String,
        #[serde(serialize_with = "json::text")]
        pub linear_identifier: String,
        #[serde(serialize_with = "json::text")]
        pub linear_issue_url: String,
        /// Why there is no link yet; empty once there is one.
        #[serde(serialize_with = "json::text")]
        pub linear_error: String,
        #[serde(serialize_with = "json::text")]
        pub pr_url: String,
        #[serde(serialize_with = "json::text")]
        pub advances_launch_stage: String,
        pub conversation_id: String,
        pub message_id: String,
        /// The session of the present attempt.
        pub session_id: String,
        pub agent: String,
        pub agent_name: String,
        pub prompt: String,
        #[serde(serialize_with = "json::text")]
        pub tracker: String,
        #[serde(serialize_with = "json::text")]
        pub batch_id: String,
        pub user_id: String,
        /// 1 for the first run.
        pub attempt: i64,
        #[serde(serialize_with = "json::text")]
        pub summary: String,
        /// A short code of a failure, e.g. "no_changes".
        #[serde(serialize_with = "json::text")]
        pub outcome: String,
        /// Why it failed or was cancelled, for people.
        #[serde(serialize_with = "json::text")]
        pub reason: String,
        /// Where partial work was kept, if any.
        #[serde(serialize_with = "json::text")]
        pub branch: String,
        /// That branch at the forge.
        #[serde(serialize_with = "json::text")]
        pub branch_url: String,
        /// The number of the retry that is scheduled; 0 when none is.
        pub retry: i64,
        /// How many retries there will be at most.
        pub retries: i64,
        /// When it is due.
        #[serde(serialize_with = "json::maybe_time")]
        pub retry_at: Option<i64>,
        /// A person asked to stop it and it has not ended yet.
        pub cancel_requested: bool,
        #[serde(serialize_with = "json::time")]
        pub created_at: i64,
        #[serde(serialize_with = "json::maybe_time")]
        pub queued_at: Option<i64>,
        #[serde(serialize_with = "json::maybe_time")]
        pub started_at: Option<i64>,
        #[serde(serialize_with = "json::maybe_time")]
        pub ended_at: Option<i64>,
        #[serde(serialize_with = "json::time")]
        pub updated_at: i64,
        /// Also the cursor of lists: pass the last row's as `before`.
        pub created_seq: i64,
        pub updated_seq: i64,
        /// Title, prompt, id and Linear identifier, as they are searched.
        #[serde(skip)]
        pub folded: String,
    }
}

impl StoryRow {
    fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            attempt: 1,
            ..Self::default()
        }
    }

    /// The fold. An event that the row has seen already changes nothing.
    pub fn apply(&mut self, at: At, event: StoryEvent) {
        if at.seq <= self.updated_seq {
            return;
        }
        self.updated_seq = at.seq;
        self.updated_at = at.time;
        self.take(at, event);
        self.is_ended = self.status.is_ended();
    }

    fn keep_folded(&mut self) {
        let found_by = [&self.title, &self.prompt, &self.id, &self.linear_identifier];
        self.folded = folded(found_by.map(String::as_str));
    }

    fn take(&mut self, at: At, event: StoryEvent) {
        match event {
            StoryEvent::StoryCreated(e) => self.create(at, e),
            StoryEvent::LinearIssueLinked(e) => {
                self.linear_task_id = e.linear_task_id;
                self.linear_identifier = e.identifier;
                self.linear_issue_url = e.linear_issue_url;
                self.linear_error.clear();
                self.keep_folded();
            }
            StoryEvent::LinearIssueLinkFailed(e) => {
                if self.linear_task_id.is_empty() {
                    self.linear_error = e.reason;
                }
            }
            StoryEvent::StoryApproved(_) => self.status = StoryStatus::Approved,
            StoryEvent::StoryRejected(e) => {
                self.outcome = Outcome::Rejected.code().to_owned();
                self.end(at, StoryStatus::Cancelled, e.reason);
            }
            StoryEvent::ExecutionQueued(e) => self.queue(at, e),
            StoryEvent::StoryStarted(e) => {
                self.session_id = e.session_id;
                self.status = StoryStatus::InProgress;
                self.started_at = Some(at.time);
            }
            StoryEvent::StoryCompleted(e) => {
                self.pr_url = e.pr_url;
                self.summary = e.summary;
                self.end(at, StoryStatus::Completed, String::new());
            }
            StoryEvent::StoryFailed(e) => {
                self.outcome = e.outcome;
                self.branch = e.branch;
                self.branch_url = e.branch_url;
                self.end(at, StoryStatus::Failed, e.reason);
            }
            StoryEvent::StoryRetryScheduled(e) => self.schedule_retry(e),
            StoryEvent::StoryCancelRequested(_) => self.cancel_requested = true,
            StoryEvent::StoryCancelled(e) => {
                self.outcome = Outcome::Cancelled.code().to_owned();
                self.branch = e.branch;
                self.branch_url = e.branch_url;
                self.end(at, StoryStatus::Cancelled, e.reason);
            }
            StoryEvent::StoryRetried(e) => self.retry(e),
        }
    }

    fn create(&mut self, at: At, e: v1::StoryCreated) {
        self.workspace_id = e.workspace_id;
        self.run_id = e.run_id;
        self.project_id = e.project_id;
        self.title = e.title;
        self.rationale = e.rationale;
        self.priority = e.priority;
        self.priority_level = e.priority_level;
        self.priority_score = i64::from(e.priority_score);
        self.policy = e.policy;
        self.advances_launch_stage = e.advances_launch_stage;
        self.conversation_id = e.conversation_id;
        self.message_id = e.message_id;
        self.session_id = e.session_id;
        self.agent = e.agent;
        self.agent_name = e.agent_name;
        self.prompt = e.prompt;
        self.tracker = e.tracker;
        self.batch_id = e.batch_id;
        self.user_id = e.user_id;
        self.created_at = at.time;
        self.created_seq = at.seq;
        self.keep_folded();
    }

    fn queue(&mut self, at: At, e: v1::ExecutionQueued) {
        self.session_id = e.session_id;
        self.attempt = i64::from(e.attempt.max(1));
        self.status = StoryStatus::Approved;
        self.queued_at = Some(at.time);
    }

    fn end(&mut self, at: At, status: StoryStatus, reason: String) {
        self.status = status;
        self.reason = reason;
        self.cancel_requested = false;
        self.ended_at = Some(at.time);
        self.retry_at = None;
    }

    /// It may run again, at its time.
    fn schedule_retry(&mut self, e: v1::StoryRetryScheduled) {
        self.status = StoryStatus::Approved;
        self.outcome = e.outcome;
        self.reason = e.reason;
        self.branch = e.branch;
        self.branch_url = e.branch_url;
        self.retry = i64::from(e.retry);
        self.retries = i64::from(e.retries);
        self.retry_at = Some(e.due_us);
        self.queued_at = None;
    }

    /// What the last attempt left behind is forgotten, its session remembers it.
    fn retry(&mut self, e: v1::StoryRetried) {
        self.session_id = e.session_id;
        self.attempt = i64::from(e.attempt);
        self.status = StoryStatus::Approved;
        self.cancel_requested = false;
        for text in [
            &mut self.summary,
            &mut self.outcome,
            &mut self.reason,
            &mut self.branch,
            &mut self.branch_url,
            &mut self.pr_url,
        ] {
            text.clear();
        }
        (self.queued_at, self.started_at, self.ended_at) = (None, None, None);
        self.retry_at = None;
    }
}

/// Keeps the table `stories`.
pub(crate) struct Stories;

#[async_trait]
impl Projection for Stories {
    fn name(&self) -> &'static str {
        "stories"
    }

    /// Only a batch says which stories are in it: those of a reply are asked for before it is known that there are several.
    fn kinds(&self) -> &'static [AggregateKind] {
        &[AggregateKind::Story, AggregateKind::Batch]
    }

    fn tables(&self) -> &'static [Table] {
        &[StoryRow::TABLE, EarlyRow::TABLE]
    }

    async fn apply(&self, tx: &mut Tx, facts: Vec<Fact>) -> Result<Keys> {
        let mut ids = continued(&facts);
        ids.extend(facts.iter().flat_map(membership::named));
        let mut rows = RowSet::<StoryRow>::load(tx, ids).await?;
        let mut early = RowSet::<EarlyRow>::load(tx, membership::created(&facts)).await?;
        for fact in facts {
            match fact.event {
                Ok(Event::Story(event)) => {
                    let id = fact.subject.id();
                    let row = rows.entry(id, || StoryRow::new(id));
                    row.apply(fact.at, event);
                    if let Some(early) = early.find(id) {
                        row.batch_id.clone_from(&early.batch_id);
                    }
                }
                Ok(Event::Batch(BatchEvent::BatchOpened(e))) => {
                    membership::open(&e, &mut rows, &mut early);
                }
                _ => {}
            }
        }
        let keys = changed(&rows);
        rows.save(tx).await?;
        early.save(tx).await?;
        Ok(keys)
    }
}

fn changed(rows: &RowSet<StoryRow>) -> Keys {
    let mut keys = Keys::default();
    for row in rows.iter() {
        keys.add(Key::Story, &row.id);
        keys.add(Key::Conversation, &row.conversation_id);
        keys.add(Key::Project, &row.project_id);
        keys.add(Key::Batch, &row.batch_id);
    }
    keys
}
