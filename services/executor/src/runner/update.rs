//! What a runner tells while an agent works.

use std::time::Duration;

use serde_json::Value;

use super::question::{AnsweredBy, Question};

/// One thing that happened in a run, in the order in which it happened.
#[derive(Debug)]
pub enum RunUpdate {
    /// The agent runs and its session is open.
    Started {
        /// The agent's own name for itself, or the program's when it gave none.
        agent_name: String,
        /// The agent's version, empty when it gave none.
        agent_version: String,
        /// The agent's id of the session, for [`super::Resume`]; empty when it has no sessions.
        agent_session_id: String,
        /// Whether the agent goes on with the session that was asked for.
        resumed: bool,
        /// The process group in which the agent and what it starts are running.
        process_group: u32,
    },
    /// What the agent thought; the chunks of one thought come as one update.
    Thought { text: String },
    /// What the agent said; the chunks of one message come as one update.
    Message { text: String },
    /// A piece of a thought or a message as it comes, before the whole is told; for whoever watches.
    Piece { is_thought: bool, text: String },
    /// The agent began to use a tool.
    ToolCallStarted {
        /// Unique within the run.
        id: String,
        /// The tool's name, or the title where the agent names no tool.
        name: String,
        /// What a person reads, such as "Read src/main.rs".
        title: String,
        kind: ToolKind,
        /// The tool's input as far as known; long strings within are shortened.
        input: Value,
    },
    /// A tool call ended. A call that the run's end cut off is ended with `ok: false`.
    ToolCallEnded {
        id: String,
        name: String,
        /// The input as known at the end, which may be more than at the start.
        input: Value,
        ok: bool,
        /// What the tool gave back, shortened with a note when long.
        output: String,
        duration: Duration,
    },
    /// The whole checklist, each time it changes.
    Plan(Vec<PlanStep>),
    /// What the run has used so far. A figure that the agent does not tell stays `None`.
    Usage {
        /// Tokens read by the model, all turns of this run together.
        input_tokens: Option<u64>,
        /// Tokens written by the model, all turns of this run together.
        output_tokens: Option<u64>,
        /// Tokens in the model's context at this moment.
        context_tokens: Option<u64>,
        /// Cost so far, when the agent tells it in US dollars or its tokens are priced.
        cost_usd: Option<f64>,
        /// The cost is that of the agent's own session, which may have begun before this run.
        cost_is_of_session: bool,
    },
    /// The agent asks something that a person shall answer, and waits.
    InputRequested(Question),
    /// A question was answered, by policy or by a person, or withdrawn.
    InputProvided {
        question_id: String,
        question: String,
        /// The name of the chosen answer or a person's own words, or a sentence that says why there is none.
        answer: String,
        /// Whether the agent may go on as it wanted.
        allowed: bool,
        by: AnsweredBy,
    },
    /// A follow-up text was given to the agent.
    Steered { text: String },
}

/// One line of the agent's checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanStep {
    pub content: String,
    pub status: PlanStatus,
    pub priority: PlanPriority,
}

/// How far a step of the plan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanStatus {
    Pending,
    InProgress,
    Completed,
}

/// How much a step of the plan matters to the agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanPriority {
    High,
    Medium,
    Low,
}

/// What kind of thing a tool does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolKind {
    Read,
    Edit,
    Delete,
    Move,
    Search,
    Execute,
    Think,
    Fetch,
    Other,
}

impl ToolKind {
    /// The word for records and pages, in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Edit => "edit",
            Self::Delete => "delete",
            Self::Move => "move",
            Self::Search => "search",
            Self::Execute => "execute",
            Self::Think => "think",
            Self::Fetch => "fetch",
            Self::Other => "other",
        }
    }
}
