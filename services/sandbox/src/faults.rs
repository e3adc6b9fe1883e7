//! Faults on purpose: the next requests to a vendor go wrong in a chosen way.
//!
//! Faults live in memory only: a restart heals every vendor.

mod apply;
mod http;
mod kind;
mod queue;
mod refusal;

pub(crate) use apply::{answer, mark_refused};
pub(crate) use http::routes;
pub use kind::{Fault, FaultKind, Vendor};
pub use queue::{FaultError, Faults};
