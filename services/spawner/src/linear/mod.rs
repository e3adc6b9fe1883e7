//! Linear: the connector behind the [`IssueTracker`] port.
//!
//! It knows stories only as ids and text, never as events. Read in this order: `port` is what the reactors see,
//! `client` how each call is made, `transport` one request, `reply` what an answer means, `directory` which team
//! and states are used.

mod client;
mod config;
mod directory;
pub mod documents;
mod error;
mod ids;
mod pause;
mod port;
mod read_back;
mod reply;
mod text;
mod transport;

pub use client::Linear;
pub use config::LinearConfig;
pub use error::TrackerError;
pub use ids::{batch_issue_uuid, idempotency_uuid, issue_uuid};
pub use port::{Cancelled, IssueChange, IssueRef, IssueState, IssueTracker, NewIssue};
