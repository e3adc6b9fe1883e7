//! The projections from outside: on a feed of events in memory, and on the embedded log.
mod embedded;
mod feed;
#[allow(
    dead_code,
    reason = "the benchmark replays plain histories, the tests all kinds"
)]
mod histories;
mod queries;
mod replay;
mod runtime;
mod support;
