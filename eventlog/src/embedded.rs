//! The adapter on SQLite, for one process: nothing else to install, same promises as any other.
//!
//! # How it works
//! - One thread writes (`writer`). It takes everything that waits and commits it as one transaction with one sync
//!   to disk (group commit), then answers everybody.
//! - What was committed lately stays in memory (`tail`): followers at the tail and loads of busy aggregates never
//!   touch SQLite. Who falls behind pages from SQLite over connections of its own (`readers`).
//! - Bookkeeping (acknowledgements, retries, jobs) is *soft*: kept in order, and written with the next commit
//!   or soon after. A crash may lose its last moments and delivers again what was handled in them.
//!
//! # Invariant
//! A persisted acknowledgement implies that every soft write that was made before it is persisted too.

mod append;
mod checkpoint;
mod clock;
mod commit;
mod dead_letters;
mod error;
mod gather;
mod group;
mod letters;
mod limits;
mod load;
mod lock;
mod open;
mod options;
mod queue;
mod read;
mod readers;
mod request;
mod row;
mod schema;
mod shared;
mod soft;
mod tail;
mod writer;

pub use error::OpenError;
pub use limits::{
    MAX_APPEND_BYTES, MAX_EVENT_BYTES, MAX_EVENTS_PER_APPEND, MAX_JOBS, MAX_TEXT_BYTES,
};
pub use open::EmbeddedLog;
pub use options::{EmbeddedOptions, Sync};
