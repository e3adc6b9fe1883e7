//! Durable groups of competing readers.
//!
//! # Layout
//! - [`consumer`]: the two consumers of a group: on the events, and on letters that come back.
//! - [`hub`]: what all readers that a group has in this process pull together.
//! - [`latest`]: which delivery of a message is the present one.
//! - [`reader`]: the stream of one reader.
//! - [`delivery`]: one message in the hands of a reader.
//! - [`status`]: how far the groups are.
mod consumer;
mod delivery;
mod hub;
mod latest;
mod reader;
mod status;

pub(crate) use hub::Groups;
pub(crate) use reader::work;
pub(crate) use status::{status, takes_redriven};
