//! The whole system, started as people start it and judged by what they would notice.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod system {
    mod access;
    mod agents;
    mod approval;
    mod audit;
    mod bad_input;
    mod batch_card;
    mod batches;
    mod browser;
    #[path = "../fleet/chance.rs"]
    mod chance;
    mod command_line;
    mod conversations;
    mod cost;
    mod crash;
    mod crowd;
    mod day;
    mod forms;
    mod found_again;
    mod harness;
    mod independent_reader;
    mod journey;
    mod linear_cancel;
    mod linear_down;
    mod live_text;
    mod mcp;
    mod nats_users;
    mod outcomes;
    mod own_repository;
    mod past;
    mod providers;
    mod questions;
    mod queue_pause;
    mod resuming;
    mod retries;
    mod rules;
    mod secrets;
    mod steering;
    mod stopping;
    mod watched;
}
