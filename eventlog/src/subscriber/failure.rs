use crate::{LogError, aggregate::ExecuteError};
use std::time::Duration;

/// Why an event could not be handled, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Try again with the usual growing delay.
    #[error("{0}")]
    Retry(String),
    /// Try again when the other side said so, e.g. after a rate limit.
    #[error("{reason}")]
    RetryAfter { reason: String, after: Duration },
    /// Trying again cannot help: a person must look at it.
    #[error("{0}")]
    Hopeless(String),
}

impl From<LogError> for Failure {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Rejected(_) | LogError::Corrupt(_) => Self::Hopeless(error.to_string()),
            _ => Self::Retry(error.to_string()),
        }
    }
}

impl<R: std::error::Error> From<ExecuteError<R>> for Failure {
    fn from(error: ExecuteError<R>) -> Self {
        match error {
            ExecuteError::Log(error) => error.into(),
            // The decision said no to what an event asked for: that is a defect or a surprise, not a passing fault.
            ExecuteError::Refused(refusal) => Self::Hopeless(refusal.to_string()),
        }
    }
}
