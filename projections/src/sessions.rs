//! Agent sessions: one row per attempt, with its thinking trace, tool calls, plan, questions and changes.
mod children;
mod costs;
mod queries;
#[cfg(test)]
mod tests;

pub use children::{
    Changes, Input, InputKind, MAX_DIFF_BYTES, MAX_TOOL_TEXT_BYTES, MAX_TRACE_TEXT_BYTES, ToolCall,
    Turn,
};
pub use queries::{MAX_TRACE_ROWS, Session, SessionDetail, SessionFilter};

use crate::{
    Result,
    db::{RowSet, Table, TableRow as _, Tx},
    keys::{Key, Keys},
    parts::{self, Action, Json, PlanStep, Usage, json},
    projection::{At, Fact, Projection, continued, signed},
};
use async_trait::async_trait;
use children::Children;
use errand_proto::{AggregateKind, Event, Outcome, SessionEvent, v1};

words! {
    /// Where a session stands.
    pub enum SessionStatus {
        Queued = "queued",
        Running = "running",
        WaitingForInput = "waiting_for_input",
        Completed = "completed",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

impl SessionStatus {
    /// Those of a project's Agents tab; the others are in its History tab.
    pub const ACTIVE: &'static [Self] = &[Self::Queued, Self::Running, Self::WaitingForInput];
    pub const ENDED: &'static [Self] = &[Self::Completed, Self::Failed, Self::Cancelled];

    pub fn is_ended(self) -> bool {
        Self::ENDED.contains(&self)
    }
}

table! {
    /// One attempt of an agent at a story. Times are microseconds since the Unix epoch (RFC 3339 in JSON).
    pub struct SessionRow in "agent_sessions" key (id) {
        pub id: String,
        pub story_id: String,
        pub workspace_id: String,
        pub project_id: String,
        pub conversation_id: String,
        /// The kind of agent: codegen, security, …
        pub agent: String,
        pub agent_name: String,
        /// "specialist".
        pub agent_type: String,
        pub prompt: String,
        pub attempt: i64,
        pub status: SessionStatus,
        /// Follows from `status`; it splits the lists of a project.
        #[serde(skip)]
        pub is_ended: bool,
        #[serde(serialize_with = "json::text")]
        pub executor_id: String,
        #[serde(serialize_with = "json::text")]
        pub branch: String,
        /// The checklist as it is now, at most [`crate::parts::MAX_PLAN_STEPS`] steps.
        pub plan: Json<Vec<PlanStep>>,
        /// The question that waits for an answer; empty when none does.
        #[serde(serialize_with = "json::text")]
        pub question_id: String,
        #[serde(serialize_with = "json::text")]
        pub question: String,
        pub question_options: Json<Vec<Action>>,
        #[serde(serialize_with = "json::text")]
        pub pr_url: String,
        pub pr_number: i64,
        #[serde(serialize_with = "json::text")]
        pub summary: String,
        /// A short code of a failure, e.g. "no_changes".
        #[serde(serialize_with = "json::text")]
        pub outcome: String,
        /// Why it failed or was cancelled, for people.
        #[serde(serialize_with = "json::text")]
        pub reason: String,
        /// Of all runs of this session together; a retry is a session of its own.
        pub usage: Json<Usage>,
        /// How many entries the thinking trace has.
        #[serde(rename = "turnCount")]
        pub turns: i64,
        /// How many tool calls were recorded.
        #[serde(rename = "toolCallCount")]
        pub tool_calls: i64,
        #[serde(serialize_with = "json::time")]
        pub created_at: i64,
        #[serde(serialize_with = "json::maybe_time")]
        pub started_at: Option<i64>,
        #[serde(serialize_with = "json::maybe_time")]
        pub ended_at: Option<i64>,
        #[serde(serialize_with = "json::time")]
        pub updated_at: i64,
        /// Also the cursor of lists: pass the last row's as `before`.
        pub created_seq: i64,
        pub updated_seq: i64,
    }
}

impl SessionRow {
    fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            attempt: 1,
            ..Self::default()
        }
    }

    /// How many steps of the plan are done, and how many there are.
    pub fn progress(&self) -> (usize, usize) {
        let done = self.plan.iter().filter(|s| s.status == "completed");
        (done.count(), self.plan.len())
    }

    /// The fold. Turns, tool calls, questions and changes go to `children`. An event that the row has seen already
    /// changes nothing.
    pub(crate) fn apply(&mut self, at: At, event: SessionEvent, children: &mut Children) {
        if at.seq <= self.updated_seq {
            return;
        }
        self.updated_seq = at.seq;
        self.updated_at = at.time;
        self.take(at, event, children);
        self.is_ended = self.status.is_ended();
    }

    fn take(&mut self, at: At, event: SessionEvent, children: &mut Children) {
        match event {
            SessionEvent::AgentSessionCreated(e) => self.create(at, e, children),
            SessionEvent::ExecutionStarted(e) => {
                self.status = SessionStatus::Running;
                self.executor_id = e.executor_id;
                self.branch = e.branch;
                self.started_at.get_or_insert(at.time);
            }
            // By it the agent finds its session again; people are told by its first turn.
            SessionEvent::AgentSessionOpened(_) => {}
            SessionEvent::TurnRecorded(e) => self.turn(at, e.turn, children),
            SessionEvent::ToolCallRecorded(e) => {
                self.tool_calls += 1;
                children.tool_call(self.created_seq, at, e.tool_call.unwrap_or_default());
            }
            SessionEvent::PlanUpdated(e) => self.plan = parts::plan(e.steps),
            SessionEvent::UsageRecorded(e) => self.usage = parts::usage(e.usage),
            SessionEvent::InputRequested(e) => self.ask(at, e, children),
            SessionEvent::InputProvided(e) => self.answer(at, e, children),
            SessionEvent::SteeringReceived(e) => children.steering(self.created_seq, at, e),
            SessionEvent::ChangesCommitted(e) => {
                self.branch.clone_from(&e.branch);
                children.changes(self.created_seq, at, e);
            }
            SessionEvent::PullRequestOpened(e) => {
                self.pr_url = e.pr_url;
                self.pr_number = signed(e.number);
                self.branch = e.branch;
            }
            SessionEvent::ExecutionCompleted(e) => self.complete(at, e),
            SessionEvent::ExecutionFailed(e) => self.fail(at, e),
            SessionEvent::ExecutionCancelled(e) => {
                self.outcome = Outcome::Cancelled.code().to_owned();
                self.reason = e.reason;
                self.end(at, SessionStatus::Cancelled);
            }
            SessionEvent::LeaseExpired(_) => {
                self.close_question();
                self.executor_id.clear();
                self.status = SessionStatus::Queued;
            }
        }
    }

    fn create(&mut self, at: At, e: v1::AgentSessionCreated, children: &mut Children) {
        self.story_id = e.story_id;
        self.workspace_id = e.workspace_id;
        self.project_id = e.project_id;
        self.conversation_id = e.conversation_id;
        self.agent = e.agent;
        self.agent_name = e.agent_name;
        self.agent_type = e.agent_type;
        self.prompt = e.prompt;
        self.attempt = i64::from(e.attempt.max(1));
        self.created_at = at.time;
        self.created_seq = at.seq;
        if e.first_turn.is_some() {
            self.turn(at, e.first_turn, children);
        }
    }

    fn turn(&mut self, at: At, turn: Option<v1::Turn>, children: &mut Children) {
        self.turns += 1;
        children.turn(self.created_seq, at, turn.unwrap_or_default());
    }

    fn ask(&mut self, at: At, e: v1::InputRequested, children: &mut Children) {
        self.status = SessionStatus::WaitingForInput;
        self.question_id.clone_from(&e.question_id);
        self.question.clone_from(&e.text);
        self.question_options = parts::actions(e.options);
        children.question(self.created_seq, at, e.question_id, e.text);
    }

    fn answer(&mut self, at: At, e: v1::InputProvided, children: &mut Children) {
        if self.question_id == e.question_id {
            self.close_question();
            self.status = SessionStatus::Running;
        }
        children.answer(self.created_seq, at, e);
    }

    fn close_question(&mut self) {
        self.question_id.clear();
        self.question.clear();
        self.question_options.0.clear();
    }

    fn complete(&mut self, at: At, e: v1::ExecutionCompleted) {
        if !e.pr_url.is_empty() {
            self.pr_url = e.pr_url;
        }
        self.summary = e.summary;
        self.usage = parts::usage(e.usage);
        self.end(at, SessionStatus::Completed);
    }

    fn fail(&mut self, at: At, e: v1::ExecutionFailed) {
        if !e.branch.is_empty() {
            self.branch = e.branch;
        }
        self.outcome = e.outcome;
        self.reason = e.reason;
        self.usage = parts::usage(e.usage);
        self.end(at, SessionStatus::Failed);
    }

    fn end(&mut self, at: At, status: SessionStatus) {
        self.close_question();
        self.status = status;
        self.ended_at = Some(at.time);
    }
}

/// Keeps `agent_sessions` and the tables of what happened in them.
pub(crate) struct Sessions;

#[async_trait]
impl Projection for Sessions {
    fn name(&self) -> &'static str {
        "agent_sessions"
    }

    fn kinds(&self) -> &'static [AggregateKind] {
        &[AggregateKind::Session]
    }

    fn tables(&self) -> &'static [Table] {
        &[
            SessionRow::TABLE,
            Turn::TABLE,
            ToolCall::TABLE,
            Input::TABLE,
            Changes::TABLE,
        ]
    }

    async fn apply(&self, tx: &mut Tx, facts: Vec<Fact>) -> Result<Keys> {
        let mut rows = RowSet::<SessionRow>::load(tx, continued(&facts)).await?;
        let mut children = Children::default();
        for fact in facts {
            if let Ok(Event::Session(event)) = fact.event {
                let id = fact.subject.id();
                let row = rows.entry(id, || SessionRow::new(id));
                row.apply(fact.at, event, &mut children);
            }
        }
        let keys = keys(&rows);
        rows.save(tx).await?;
        children.save(tx).await?;
        Ok(keys)
    }
}

fn keys(rows: &RowSet<SessionRow>) -> Keys {
    let mut keys = Keys::default();
    for row in rows.iter() {
        keys.add(Key::Session, &row.id);
        keys.add(Key::Story, &row.story_id);
        keys.add(Key::Conversation, &row.conversation_id);
        keys.add(Key::Project, &row.project_id);
    }
    keys
}
