use crate::{
    github::CodeHostError,
    runner::RunFailure,
    workspace::{PushRefusal, WorkspaceError},
};

/// How a run ended, judged by the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    Completed {
        summary: String,
    },
    Failed {
        /// A short code, e.g. `no_changes`.
        outcome: &'static str,
        reason: String,
    },
    /// A person stopped it.
    Cancelled {
        by: String,
        reason: String,
    },
    /// This process stops: the session goes back to the queue.
    HandedOver,
    /// Somebody else owns the session by now: nothing more may be written.
    Lost,
}

impl Ending {
    /// A short code for logs and traces.
    pub fn outcome(&self) -> &'static str {
        match self {
            Self::Completed { .. } => "completed",
            Self::Failed { outcome, .. } => outcome,
            Self::Cancelled { .. } => "cancelled",
            Self::HandedOver => "handed_over",
            Self::Lost => "lost",
        }
    }

    pub fn failed(outcome: &'static str, reason: impl Into<String>) -> Self {
        Self::Failed {
            outcome,
            reason: reason.into(),
        }
    }
}

impl From<WorkspaceError> for Ending {
    fn from(error: WorkspaceError) -> Self {
        use WorkspaceError as E;
        let outcome = match &error {
            E::PushRefused { refusal, .. } => push_outcome(refusal),
            E::Conflict { .. } => "conflict",
            E::Unauthorized { .. } | E::NotPermitted { .. } | E::RepositoryMissing { .. } => {
                "forge_refused"
            }
            E::Unreachable { .. } => "forge_down",
            E::DiskFull { .. } | E::WorkspacesFull { .. } | E::WorktreeTooLarge { .. } => {
                "disk_full"
            }
            E::TooManyFiles { .. } | E::FileTooLarge { .. } | E::TooManyBytes { .. } => {
                "too_much_changed"
            }
            E::TimedOut { .. } | E::TooMuchOutput { .. } | E::Busy { .. } => "git_limit",
            _ => "repository",
        };
        Self::failed(outcome, error.to_string())
    }
}

const fn push_outcome(refusal: &PushRefusal) -> &'static str {
    match refusal {
        PushRefusal::NonFastForward => "branch_moved",
        PushRefusal::Protected { .. } => "branch_protected",
        PushRefusal::WorkflowScope => "forge_refused",
        _ => "push_refused",
    }
}

impl From<CodeHostError> for Ending {
    fn from(error: CodeHostError) -> Self {
        use CodeHostError as E;
        let outcome = match &error {
            E::RateLimited { .. } | E::Unavailable { .. } => "forge_down",
            E::Invalid { .. } => "pull_request_refused",
            _ => "forge_refused",
        };
        Self::failed(outcome, error.to_string())
    }
}

impl From<RunFailure> for Ending {
    fn from(failure: RunFailure) -> Self {
        use RunFailure as F;
        let outcome = match &failure {
            F::NotStarted { .. } => "not_started",
            F::ProtocolGarbage { .. } => "garbage",
            F::Crashed { .. } => "crashed",
            F::Stalled { .. } => "stalled",
            F::TimedOut { .. } => "timed_out",
            F::OutputTooLarge { .. } => "output_limit",
            F::TooManyTurns { .. } => "max_turns",
            F::TooExpensive { .. } => "cost_limit",
            F::Unanswered { .. } => "unanswered",
            F::PromptTooLarge { .. } => "prompt_limit",
            F::Refused { .. } => "refused",
            F::LoginRequired { .. } => "login_required",
            F::AgentError { .. } => "agent_error",
        };
        Self::failed(outcome, failure.to_string())
    }
}
