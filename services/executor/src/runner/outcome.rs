//! How a run ends.

use super::failure::RunFailure;

/// The end of a run. It says what the agent and the limits did, not whether the work is good: that is judged by
/// the repository and its checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunOutcome {
    /// The agent ended its turn.
    Ended {
        stop: StopReason,
        /// The agent's last message, empty when it said nothing.
        message: String,
    },
    /// Our own cancellation ended the run, whatever the agent made of it.
    Cancelled,
    /// The run could not be brought to an end by the agent.
    Failed(RunFailure),
}

/// Why the agent ended its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// The agent considers itself done.
    EndTurn,
    /// The model's token limit cut the turn.
    MaxTokens,
    /// The agent's own limit of model requests in one turn was reached.
    MaxTurnRequests,
}
