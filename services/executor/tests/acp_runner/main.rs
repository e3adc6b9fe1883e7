//! The runner drives the demo agent, a real ACP agent in a process of its own, in a real git repository.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test ends at the first surprise"
)]

mod control;
mod failures;
mod other_agents;
mod processes;
mod repository;
mod runs;
mod work;
