//! Durable groups of competing readers.
//!
//! # Layout
//! - [`state`]: which message is delivered next; no clock, no disk.
//! - [`registry`]: all groups of the log, loaded at the start, and what of them is not on disk.
//! - [`feed`]: the stream of one reader.
//! - [`delivery`]: one message in the hands of a reader, and its answer.

mod delivery;
mod feed;
mod registry;
mod state;

pub(super) use feed::feed;
pub(super) use registry::Groups;
