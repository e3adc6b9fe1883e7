//! The port to the event log and the job queue, and what every service builds on it.
//!
//! # Layout
//! - [`port`]: what we need from a log, a queue and a dead-letter box; adapters implement it.
//! - [`embedded`]: the adapter on SQLite, for one process.
//! - [`schedule`]: which job runs next, the same in every adapter.
//! - [`aggregate`]: load, decide, append: `cqrs_es` aggregates over the port.
//! - [`subscriber`]: the runtime of reactors, policies and projections.
//! - [`live`]: fleeting signals (tokens) that are not events.
//! - [`trace`], [`metrics`]: how a trace goes through the events, and what is measured on the way.
//! - [`contract`]: the suite that every adapter passes.

pub mod aggregate;
pub mod contract;
pub mod embedded;
pub mod live;
pub mod metrics;
pub mod port;
pub mod schedule;
pub mod subscriber;
pub mod trace;

pub use port::{
    Claim, DeadLetter, DeadLetters, Delivery, EventLog, Filter, Group, GroupStatus, Head, Job,
    JobQueue, JobState, LetterQuery, LogError, NewEvent, Page, Pause, Pauses, QueueLimits,
    QueuedJob, Reason, Recorded, Seq, StartAt, WallClock, Write,
};
