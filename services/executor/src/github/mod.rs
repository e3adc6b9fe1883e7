//! The code host: pull requests over GitHub's REST interface, or any server that speaks it.

mod app;
mod client;
mod error;
mod harmless;
mod port;
mod pull_requests;
mod rate_limit;
mod refusal;
mod transport;
mod wire;

pub use app::App;
pub use client::{Credential, GitHub};
pub use error::CodeHostError;
pub(crate) use harmless::harmless;
pub use port::{CodeHost, NewPullRequest, PullRequest, PullRequestState, PullRequestUpdate};
