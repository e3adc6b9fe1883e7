//! The JetStream adapter keeps the contract on one server and on a cluster of three, all started here.
#![expect(
    clippy::unwrap_used,
    reason = "the whole crate is tests, also what is not marked as one"
)]

mod connect;
mod faults;
mod harness;
mod live;
mod security;
mod simulation;
mod tls;

/// One server, every message synced to disk.
mod one_server {
    errand_eventlog::contract_tests!(crate::harness::one_server);
}

/// Three servers, every stream on all of them. The copies stand in for the sync, which three servers on one disk would
/// make slow.
mod three_servers {
    errand_eventlog::contract_tests!(crate::harness::three_servers);
}
