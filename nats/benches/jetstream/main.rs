//! How fast events are stored in and loaded from JetStream, beside raw publishes with the same guards, bytes and
//! headers in the same run.
//!
//! `cargo bench -p errand-nats`; with `-- quick` the turns are short and the stream small, to see that it works.
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot measure has nothing to say"
)]

mod appends;
mod events;
mod floor;
mod large;
mod loads;
mod seen;

use errand_nats::{NatsLog, NatsOptions};
use errand_servers::{
    insist,
    nats::{Cluster, Server, skipped},
};
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

/// How much is measured.
#[derive(Clone, Copy)]
struct Extent {
    turn: Duration,
    /// Events in the large stream.
    large: usize,
}

const FULL: Extent = Extent {
    turn: Duration::from_millis(600),
    large: 1_000_000,
};
const QUICK: Extent = Extent {
    turn: Duration::from_millis(50),
    large: 10_000,
};

fn main() {
    let quick = std::env::args().any(|arg| arg == "quick");
    let extent = if quick { QUICK } else { FULL };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure(extent));
}

async fn measure(extent: Extent) {
    println!("{}", seen::machine());
    let Some(server) = Server::start("") else {
        return skipped();
    };
    place("R1, sync always", server.url(), 1, extent).await;
    drop(server);
    if let Some(cluster) = Cluster::start() {
        place("R3, sync always", cluster.url(), 3, extent).await;
    }
    if let Some(cluster) = Cluster::start_with_default_sync() {
        place("R3, default sync", cluster.url(), 3, extent).await;
    }
    let Some(server) = Server::start_with_default_sync() else {
        return;
    };
    place("R1, default sync", server.url(), 1, extent).await;
    large::measure(&server.url(), extent).await;
}

async fn place(name: &str, url: String, replicas: usize, extent: Extent) {
    println!("\n== {name}");
    let log = open(&url, replicas).await;
    let floor = floor::Floor::make(&url, replicas).await;
    appends::measure(&log, &floor, extent).await;
    loads::measure(&log, extent).await;
}

/// A log that nobody has used.
async fn open(url: &str, replicas: usize) -> Arc<NatsLog> {
    let options = NatsOptions {
        prefix: Some(format!("b{}", &Uuid::new_v4().simple().to_string()[..12])),
        replicas,
        ..NatsOptions::new(url)
    };
    insist("opening a log", || NatsLog::connect(options.clone())).await
}
