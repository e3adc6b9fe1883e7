//! What can go wrong with a language model, and what to do about it.

use std::time::Duration;

use thiserror::Error;

/// A reply that did not come, or not whole.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LlmError {
    /// Too many requests or tokens under this key.
    #[error("the LLM's rate limit is reached: try again in {} s", .retry_after.as_secs())]
    RateLimited {
        /// How long to wait before the next attempt.
        retry_after: Duration,
    },
    /// The provider has too much to do, whoever asks.
    #[error("the LLM is overloaded: try again in {} s", .retry_after.as_secs())]
    Overloaded {
        /// How long to wait before the next attempt.
        retry_after: Duration,
    },
    /// The key is missing, wrong, not allowed to use the model, or out of credit.
    #[error("the LLM refused the API key ({0}): check the key, its rights and its credit")]
    Unauthorized(String),
    /// The request can never succeed as it is.
    #[error(
        "the LLM cannot do this ({0}): check the model's name, the base URL and the length of the conversation"
    )]
    Invalid(String),
    /// The request is longer than the model takes.
    #[error(
        "the conversation is longer than the LLM takes ({0}): begin a new one, or set ERRAND_LLM_CONTEXT_TOKENS to what the model takes"
    )]
    ContextFull(String),
    /// The provider failed or could not be reached.
    #[error("no usable answer from the LLM ({0}): try again")]
    Unavailable(String),
    /// Nothing came for too long.
    #[error("the LLM sent nothing in time: {waiting_for} took longer than {limit:?}; try again")]
    Timeout {
        /// What was waited for, such as "the first token".
        waiting_for: &'static str,
        /// The limit that was hit.
        limit: Duration,
    },
    /// The connection ended in the middle of the reply: what came is not the whole.
    #[error("the LLM's reply was cut off: try again")]
    Cut,
    /// The reply is larger than we accept.
    #[error("the LLM's reply is too long: {what} is limited to {limit}; ask for less at once")]
    TooLong {
        /// What has the limit, such as "the text of a reply, in bytes".
        what: &'static str,
        /// The limit that was hit.
        limit: usize,
    },
    /// A tool was called with an input that is not a JSON object. The rest of the reply is good and follows.
    #[error(
        "the LLM called the tool {tool} with an input that is no JSON object ({reason}): tell it so and let it try again"
    )]
    MalformedToolCall {
        /// The tool's name, as far as it arrived.
        tool: String,
        /// The id of the call, for the answer that tells the model.
        call_id: String,
        /// What is wrong with the input.
        reason: String,
    },
}

impl LlmError {
    /// Whether the same request can succeed later.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::RateLimited { .. } | Self::Overloaded { .. } | Self::Unavailable(_) => true,
            Self::Timeout { .. } | Self::Cut | Self::MalformedToolCall { .. } => true,
            Self::Unauthorized(_) | Self::Invalid(_) => false,
            Self::ContextFull(_) | Self::TooLong { .. } => false,
        }
    }

    /// Whether the reply ends here.
    pub(crate) fn is_final(&self) -> bool {
        !matches!(self, Self::MalformedToolCall { .. })
    }
}
