//! The JetStream adapter of the event log's port: the same promises as the embedded one, on many machines.
//!
//! # How it works
//! - One literal subject per aggregate; every append is guarded by that subject's last sequence. One event is a plain
//!   publish, several are an atomic batch ([`publish`]). What a lost or refused answer meant is found out by reading
//!   back and comparing event ids ([`append`]), so no deduplication window is needed.
//! - Loads are batch direct gets; what a replica has not applied yet is read from the leader ([`load`]).
//! - Readers in log order are short-lived consumers that are made anew whenever something is wrong ([`follow`], [`read`]).
//! - Groups are durable pull consumers. The bound on deliveries is kept by the readers, not by the server, so that
//!   no message can fall out of a consumer without a letter ([`group`]).
//! - A job is one message whose last revision counts; claims are totally ordered by one guarded subject ([`queue`]).
//!
//! # Layout
//! - [`topology`], [`difference`], [`migrate`]: the streams as data, and how they are created, checked and changed.
//! - [`subjects`]: every subject and stream name; nothing else builds one.
//! - [`connect`], [`options`], [`error`]: the way in, and what can be wrong with it.
//! - [`watched`], [`request`]: what the server refuses beside its answers.
//! - [`live`], [`requests`]: fleeting signals and requests between processes, which are never stored.
//! - [`role`], [`permissions`], [`setup`]: who may do what, and the servers' configuration that says so.
//! - [`letters`]: dead letters: written by groups, collected from advisories, read and redriven by people.

mod append;
mod connect;
mod contention;
mod difference;
mod error;
mod follow;
mod group;
mod known;
mod letters;
mod limits;
mod live;
mod load;
mod log;
mod migrate;
mod options;
mod permissions;
mod publish;
mod pull;
mod queue;
mod read;
mod request;
mod requests;
mod role;
mod setup;
mod shared;
mod subjects;
mod topology;
mod watched;
mod wire;

pub use error::ConnectError;
pub use limits::{
    MAX_APPEND_BYTES, MAX_EVENT_BYTES, MAX_EVENTS_PER_APPEND, MAX_JOBS, MAX_REQUEST_BYTES,
};
pub use live::NatsLive;
pub use log::NatsLog;
pub use options::{Credentials, NatsOptions};
pub use permissions::{Permissions, Rule, permissions};
pub use requests::AskError;
pub use role::Role;
pub use setup::{SetupError, SetupOptions, Tls, Written, key_file, setup};
pub use topology::Stream;
