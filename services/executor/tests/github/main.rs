//! The client of the code host against a stand-in that can refuse, lose answers and hang, and against the sandbox.

#![allow(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod opening;
mod refusals;
mod sandbox;
mod stand_in;
