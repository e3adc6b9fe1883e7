//! What can go wrong at an issue tracker, and what to do about it.

use std::time::Duration;

use thiserror::Error;

/// A call to the issue tracker that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TrackerError {
    /// The vendor asks us to slow down. The request it answered never ran.
    #[error("Linear's rate limit is reached: try again in {} s with the same id", .retry_after.as_secs())]
    RateLimited {
        /// How long to wait before the next attempt.
        retry_after: Duration,
    },
    /// The key is missing, wrong, or not allowed to do this. Another attempt gives the same answer.
    #[error(
        "Linear refused the API key ({0}): set LINEAR_API_KEY to a key that may write to the team's issues"
    )]
    Unauthorized(String),
    /// The request can never succeed as it is. Another attempt gives the same answer.
    #[error("Linear cannot do this ({0}): change what is named here before trying again")]
    Invalid(String),
    /// The outcome is unknown, also after reading back. Another attempt with the same id is safe.
    #[error(
        "no usable answer from Linear ({0}): try again with the same id, nothing is made twice"
    )]
    Unavailable(String),
}

impl TrackerError {
    /// Whether another attempt with the same ids can succeed.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::RateLimited { .. } | Self::Unavailable(_))
    }
}
