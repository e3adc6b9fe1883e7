use crate::{
    github::CodeHostError,
    runner::RunFailure,
    workspace::{PushRefusal, WorkspaceError},
};
use errand_proto::{Outcome, v1};

/// How a run ended, judged by the repository.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    Completed {
        summary: String,
        /// Of the agent's report, where it wrote one.
        findings: Option<v1::Findings>,
    },
    Failed {
        outcome: Outcome,
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
            Self::Failed { outcome, .. } => outcome.code(),
            Self::Cancelled { .. } => "cancelled",
            Self::HandedOver => "handed_over",
            Self::Lost => "lost",
        }
    }

    pub fn failed(outcome: Outcome, reason: impl Into<String>) -> Self {
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
            E::Conflict { .. } => Outcome::Conflict,
            E::Unauthorized { .. } | E::NotPermitted { .. } | E::RepositoryMissing { .. } => {
                Outcome::ForgeRefused
            }
            E::Unreachable { .. } => Outcome::ForgeDown,
            E::DiskFull { .. } | E::WorkspacesFull { .. } | E::WorktreeTooLarge { .. } => {
                Outcome::DiskFull
            }
            E::TooManyFiles { .. } | E::FileTooLarge { .. } | E::TooManyBytes { .. } => {
                Outcome::TooMuchChanged
            }
            E::TimedOut { .. } | E::Busy { .. } => Outcome::GitLimit,
            _ => Outcome::Repository,
        };
        Self::failed(outcome, error.to_string())
    }
}

const fn push_outcome(refusal: &PushRefusal) -> Outcome {
    match refusal {
        PushRefusal::NonFastForward => Outcome::BranchMoved,
        PushRefusal::Protected { .. } => Outcome::BranchProtected,
        PushRefusal::WorkflowScope => Outcome::ForgeRefused,
        _ => Outcome::PushRefused,
    }
}

impl From<CodeHostError> for Ending {
    fn from(error: CodeHostError) -> Self {
        use CodeHostError as E;
        let outcome = match &error {
            E::RateLimited { .. } | E::Unavailable { .. } => Outcome::ForgeDown,
            E::Invalid { .. } => Outcome::PullRequestRefused,
            _ => Outcome::ForgeRefused,
        };
        Self::failed(outcome, error.to_string())
    }
}

impl From<RunFailure> for Ending {
    fn from(failure: RunFailure) -> Self {
        use RunFailure as F;
        let outcome = match &failure {
            F::NotStarted { .. } => Outcome::NotStarted,
            F::ProtocolGarbage { .. } => Outcome::Garbage,
            F::Crashed { .. } => Outcome::Crashed,
            F::Stalled { .. } => Outcome::Stalled,
            F::TimedOut { .. } => Outcome::TimedOut,
            F::OutputTooLarge { .. } => Outcome::OutputLimit,
            F::TooManyTurns { .. } => Outcome::MaxTurns,
            F::TooExpensive { .. } => Outcome::CostLimit,
            F::Unanswered { .. } => Outcome::Unanswered,
            F::PromptTooLarge { .. } => Outcome::PromptLimit,
            F::Refused { .. } => Outcome::Refused,
            F::LoginRequired { .. } => Outcome::LoginRequired,
            F::AgentError { .. } => Outcome::AgentError,
        };
        Self::failed(outcome, failure.to_string())
    }
}
