//! The projections from outside: on a feed of events in memory, and on the embedded log.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot run fails where it stands"
)]

#[macro_use]
mod store;

mod among;
mod archive;
mod as_of;
mod audit_page;
mod connect;
mod embedded;
mod feed;
mod file;
mod found;
#[allow(
    dead_code,
    reason = "the benchmark replays plain histories, the tests all kinds"
)]
mod histories;
mod outage;
mod queries;
mod replay;
mod roles;
mod runtime;
mod support;
