//! Durable groups of competing readers.
//!
//! # Layout
//! - [`consumer`]: the two consumers of a group: on the events, and on letters that come back.
//! - [`puller`]: the pull requests of all readers that a group has in this process.
//! - [`reader`]: the stream of one reader.
//! - [`delivery`]: one message in the hands of a reader.
//! - [`status`]: how far the groups are.
mod consumer;
mod delivery;
mod puller;
mod reader;
mod status;

pub(crate) use puller::Groups;
pub(crate) use reader::work;
pub(crate) use status::status;
