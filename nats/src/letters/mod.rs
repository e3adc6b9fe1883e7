//! Dead letters: messages set aside, whole.
//!
//! # Layout
//! - [`letter`]: a letter as a message of the letter stream.
//! - [`port`]: the box as people use it.
//! - [`advisories`]: letters for messages that a consumer of somebody else gave up.
mod advisories;
mod letter;
mod port;

pub(crate) use advisories::{COLLECTOR, collect as collect_advisories};
pub(crate) use letter::{Buried, REDRIVEN_SEQ, REDRIVEN_SUBJECT};
