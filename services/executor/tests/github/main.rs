//! The client of the code host against a stand-in that can refuse, lose answers and hang, and against the sandbox.

#![allow(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod app;
mod app_host;
mod opening;
mod refusals;
mod renamed;
mod sandbox;
mod stand_in;
