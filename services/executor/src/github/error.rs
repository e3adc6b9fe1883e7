//! Why a code host did not do what was asked, and what a person can do about it.

use std::time::Duration;

/// What went wrong with a request. No text of it holds the token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeHostError {
    #[error("the code host refused the token: set one that is valid and has not expired")]
    Unauthorized,

    #[error(
        "the code host does not take the GitHub App's proof: check that ERRAND_GITHUB_APP_ID and ERRAND_GITHUB_APP_KEY_FILE belong together"
    )]
    AppRefused,

    #[error(
        "the GitHub App's key is of no use ({reason}): download a private key at the App's settings and name its file as ERRAND_GITHUB_APP_KEY_FILE"
    )]
    BadKey { reason: String },

    #[error(
        "the GitHub App is not installed for {repository}: install it there, with contents: write and pull requests: write"
    )]
    NotInstalled { repository: String },

    #[error("the token may not do this ({message}): give it the permission {needed}")]
    Forbidden { needed: String, message: String },

    #[error(
        "{what} was not found at the code host: check owner and name, and that the token may see the repository"
    )]
    NotFound { what: String },

    #[error("the code host does not accept the request: {message}")]
    Invalid { message: String },

    #[error("the code host asks to wait {} s before the next request", .retry_after.as_secs())]
    RateLimited { retry_after: Duration },

    #[error(
        "the code host cannot be reached or does not answer as it should ({detail}): it is tried again later"
    )]
    Unavailable { detail: String },

    #[error(
        "`{url}` is no address of a code host: give an http(s) URL such as https://api.github.com"
    )]
    BadAddress { url: String },
}

impl CodeHostError {
    /// True when the same call may succeed later without anybody changing anything.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::RateLimited { .. } | Self::Unavailable { .. })
    }

    /// How long to wait at least before another call, where the code host said so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } => Some(*retry_after),
            _ => None,
        }
    }
}
