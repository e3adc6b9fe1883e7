//! The code host: pull requests over GitHub's REST interface, or any server that speaks it.

mod client;
mod error;
mod port;
mod pull_requests;
mod rate_limit;
mod refusal;
mod wire;

pub use client::GitHub;
pub use error::CodeHostError;
pub use port::{CodeHost, NewPullRequest, PullRequest, PullRequestState, PullRequestUpdate};
