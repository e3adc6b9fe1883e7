//! The sandbox as its clients see it: over real HTTP, and with the real git.

#![expect(
    clippy::expect_used,
    reason = "a helper of a test may fail it on the spot, as the test itself may"
)]

mod anthropic;
mod faults;
mod git;
mod github;
mod linear;
mod linear_schema;
mod official_clients;
mod pages;
mod persistence;
mod slack;
mod support;
