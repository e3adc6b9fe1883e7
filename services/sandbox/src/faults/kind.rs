use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A vendor that the sandbox plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Vendor {
    /// The issue tracker (GraphQL).
    Linear,
    /// The chat (Web API).
    Slack,
    /// The code host's REST API.
    Github,
    /// The code host's git endpoint.
    Git,
    /// The language model (Anthropic Messages).
    Llm,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Rate limited with HTTP 400, as Linear does. The request does nothing.
    #[serde(rename = "rate_limit_400")]
    RateLimit400,
    /// Rate limited with HTTP 200 and an error in the body (Linear, Slack). The request does nothing.
    #[serde(rename = "rate_limit_200")]
    RateLimit200,
    /// Rate limited with HTTP 429 and `Retry-After`. The request does nothing.
    #[serde(rename = "rate_limit_429")]
    RateLimit429,
    /// HTTP 500 in the vendor's shape. The request does nothing.
    #[serde(rename = "error_500")]
    Error500,
    /// HTTP 529 (`overloaded_error`), as the language model does. The request does nothing.
    #[serde(rename = "overloaded_529")]
    Overloaded529,
    /// No answer for `delay_ms` (default two minutes), then HTTP 504. The request does nothing.
    Timeout,
    /// The request takes its full effect, and the answer never comes: the outcome is unknown to the caller.
    LostAnswer,
    /// The request works, `delay_ms` (default five seconds) late.
    Slow,
    /// The request takes its full effect, and the connection breaks in the middle of the answer.
    CutStream,
    /// The credential is refused (HTTP 401 or `invalid_auth`). The request does nothing.
    Refuse,
}

/// A fault, for the next `count` requests that it fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Who is to fail.
    pub vendor: Vendor,
    /// How.
    pub fault: FaultKind,
    /// For how many requests; 1 when left out.
    #[serde(default = "one")]
    pub count: u32,
    /// Only requests of this operation, for example `issueCreate`, `chat.postMessage`, `pulls.create`; any when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Milliseconds, for `slow`, `timeout` and `lost_answer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u64>,
    /// Seconds in the `Retry-After` header of a rate limit; 1 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u64>,
}

fn one() -> u32 {
    1
}

impl Fault {
    const SLOW_BY: Duration = Duration::from_secs(5);
    const HANG_FOR: Duration = Duration::from_mins(2);

    /// This fault, once, for any operation.
    pub fn new(vendor: Vendor, fault: FaultKind) -> Self {
        Self {
            vendor,
            fault,
            count: 1,
            operation: None,
            delay_ms: None,
            retry_after_s: None,
        }
    }

    /// For the next `count` requests.
    #[must_use]
    pub fn times(mut self, count: u32) -> Self {
        self.count = count;
        self
    }

    /// Only for requests of this operation.
    #[must_use]
    pub fn on(mut self, operation: &str) -> Self {
        self.operation = Some(operation.to_owned());
        self
    }

    /// With this delay instead of the default one.
    #[must_use]
    pub fn delayed(mut self, delay: Duration) -> Self {
        self.delay_ms = Some(u64::try_from(delay.as_millis()).unwrap_or(u64::MAX));
        self
    }

    /// With this `Retry-After`.
    #[must_use]
    pub fn retry_after_seconds(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    pub(super) fn delay(&self) -> Duration {
        let default = if self.fault == FaultKind::Slow {
            Self::SLOW_BY
        } else {
            Self::HANG_FOR
        };
        self.delay_ms.map_or(default, Duration::from_millis)
    }

    pub(super) fn retry_after(&self) -> u64 {
        self.retry_after_s.unwrap_or(1)
    }
}
