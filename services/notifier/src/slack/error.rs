//! What can go wrong at a messenger, and what to do about it.

use std::time::Duration;

use thiserror::Error;

/// A call to the messenger that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MessengerError {
    /// The vendor asks us to slow down. Nothing was posted.
    #[error("Slack's rate limit is reached, nothing was posted: try again in {} s", .retry_after.as_secs())]
    RateLimited {
        /// How long to wait before the next attempt.
        retry_after: Duration,
    },
    /// The token is missing, wrong, or lacks a right. Another attempt gives the same answer.
    #[error(
        "Slack refused the token ({0}): set SLACK_BOT_TOKEN to a bot token with the scope chat:write"
    )]
    Unauthorized(String),
    /// The channel does not exist, is archived, or we are not in it.
    #[error(
        "Slack cannot post to the channel {channel} ({reason}): check its name and invite the app to it"
    )]
    Channel {
        /// As configured or asked for.
        channel: String,
        /// Slack's word.
        reason: String,
    },
    /// The request can never succeed as it is.
    #[error("Slack cannot do this ({0}): change what is named here before trying again")]
    Invalid(String),
    /// The outcome is unknown. Another attempt must say `maybe_sent`.
    #[error(
        "no usable answer from Slack ({0}): try again, and look first whether the message is there"
    )]
    Unavailable(String),
}

impl MessengerError {
    /// Whether another attempt can succeed.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::RateLimited { .. } | Self::Unavailable(_))
    }
}
