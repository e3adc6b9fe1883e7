use errand_proto::v1;

/// What can be asked of a session. Every one yields at most one event.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionCommand {
    Create(Box<v1::AgentSessionCreated>),
    /// The claim of an executor.
    Start {
        executor_id: String,
        branch: String,
    },
    /// The executor that runs it is gone, or gives it back because its process is stopped.
    ExpireLease {
        executor_id: String,
        handed_over: bool,
    },
    /// Something that the run of this executor did.
    Record {
        executor_id: String,
        what: Progress,
    },
    /// A person gives the running agent a further instruction.
    Steer {
        text: String,
        by: String,
    },
    /// A person answers the agent's question, also while nobody runs the session.
    Answer {
        question_id: String,
        answer: String,
        by: String,
    },
    Complete {
        executor_id: String,
        summary: String,
        /// Of the whole session, as in [`Progress::Usage`].
        usage: v1::Usage,
        findings: Option<v1::Findings>,
    },
    Fail {
        executor_id: String,
        outcome: String,
        reason: String,
        /// Of the whole session, as in [`Progress::Usage`].
        usage: v1::Usage,
        /// The branch at the forge; empty when it was not pushed.
        branch_url: String,
    },
    /// Stopped by a person. Without an executor id only a session that does not run is stopped.
    Cancel {
        executor_id: String,
        by: String,
        reason: String,
        /// The branch at the forge; empty when it was not pushed.
        branch_url: String,
    },
}

/// What a run records as it goes.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    Turn {
        thinking: String,
        action: String,
        prompt: String,
        timestamp_us: i64,
    },
    /// The agent's own session began, or goes on.
    Opened(v1::AgentSessionOpened),
    ToolCall(v1::ToolCall),
    Plan(Vec<v1::PlanStep>),
    /// What the session has used so far, the runs before this one included.
    Usage(v1::Usage),
    /// The agent asks a person; story and conversation are the session's.
    Question(Box<v1::InputRequested>),
    /// The question is closed without a person's answer.
    Unanswered {
        question_id: String,
        /// What the agent is told.
        answer: String,
        /// [`super::TIMEOUT`] or [`super::WITHDRAWN`].
        instead: &'static str,
    },
    Changes(Box<v1::ChangesCommitted>),
    PullRequest {
        url: String,
        number: u64,
    },
}
