//! The roles as separate processes on real servers, and what they survive.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

#[path = "system/harness/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "shared with the system tests, which use all of it"
)]
mod harness;

mod fleet {
    mod chance;
    mod counts;
    mod load;
    mod look;
    mod member;
    mod open_page;
    mod place;
    mod repository;
    mod watched;

    mod batches;
    mod crowd;
    mod faults;
    mod replies;
    mod roles;
}
