//! `cqrs_es` aggregates over the port: load, decide, append; on conflict reload and decide again.
mod context;
mod executor;
mod meta;
mod store;

pub use context::Context;
pub use executor::{Aggregates, ExecuteError, Executed};
pub use meta::{CommandMeta, now_us};
pub use store::LogStore;
