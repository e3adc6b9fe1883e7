//! Replies of a scripted model on a real log, judged by the events they leave.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod injection;
mod limits;
mod mistakes;
mod replays;
mod world;
