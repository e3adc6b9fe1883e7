//! How fast PostgreSQL's read models are filled from JetStream, beside a raw COPY of the very rows that come out:
//! `cargo bench -p errand-projections --bench postgres -- 100000 1000000`.
#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that cannot run stops where it stands"
)]
mod copy;
#[path = "../../tests/projections/histories/mod.rs"]
#[allow(dead_code, reason = "the benchmark uses the everyday histories only")]
mod histories;
#[path = "../replay/machine.rs"]
#[allow(
    dead_code,
    reason = "only the name counts here: the servers are processes of their own"
)]
mod machine;

use errand_eventlog::{EventLog as _, Filter, StartAt};
use errand_nats::{NatsLog, NatsOptions};
use errand_projections::{Db, PostgresOptions, Projections, Projector, Which};
use errand_proto::AggregateKind;
use errand_servers::{nats, postgres};
use futures::TryStreamExt as _;
use histories::{Histories, Recorder, Variety};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

const DEFAULT_EVENTS: usize = 100_000;
const SEED: u64 = 42;
const AIM: f64 = 0.4;
/// Each side is measured so often, in turn; the best counts, for the machine is shared.
const ROUNDS: usize = 3;
const PATIENCE: Duration = Duration::from_secs(1200);

#[tokio::main]
async fn main() {
    let sizes: Vec<usize> = std::env::args()
        .filter_map(|arg| arg.parse().ok())
        .collect();
    let sizes = if sizes.is_empty() {
        vec![DEFAULT_EVENTS]
    } else {
        sizes
    };
    println!(
        "replay from JetStream (R1) into PostgreSQL from zero, on {}",
        machine::name()
    );
    for events in sizes {
        let Some(server) = postgres::Server::start() else {
            return postgres::skipped();
        };
        let Some(nats) = nats::Server::start_with_default_sync() else {
            return nats::skipped();
        };
        measure(events, &server, &nats).await;
    }
}

async fn measure(events: usize, server: &postgres::Server, nats: &nats::Server) {
    let log = connected(nats).await;
    let steps = Histories::new(SEED, Variety::Plain, usize::MAX).take(events);
    let head = Recorder::default().append(log.as_ref(), steps).await;
    let read = read(&log).await;
    let (mut replayed, mut copied) = (f64::MAX, f64::MAX);
    for _ in 0..ROUNDS {
        let url = server.database();
        replayed = replayed.min(replay(&url, &log, head).await);
        let rows = copy::Rows::of(&url).await;
        let other = server.database();
        Db::connect(&PostgresOptions::new(other.as_str()))
            .await
            .unwrap()
            .close()
            .await;
        let (seconds, count) = rows.copy_into(&other).await;
        copied = copied.min(seconds);
        println!(
            "    {count} rows of {:.0} MiB: replayed in {replayed:.2} s, copied in {copied:.2} s at best",
            rows.mebibytes()
        );
    }
    let ratio = copied / replayed;
    println!(
        "  {events:>9} events: {:.0} events/s, {ratio:.2} of the speed of COPY (the aim is {AIM}); read alone in {read:.2} s",
        events as f64 / replayed
    );
}

async fn connected(nats: &nats::Server) -> Arc<NatsLog> {
    let options = NatsOptions::new(nats.url());
    errand_servers::insist("connecting to NATS", || NatsLog::connect(options.clone())).await
}

/// Seconds for reading the log to its end and nothing else.
async fn read(log: &Arc<NatsLog>) -> f64 {
    let started = Instant::now();
    let all = Filter::kinds(&AggregateKind::ALL);
    let mut pages = log.read(all, StartAt::After(0), false).await.unwrap();
    while pages.try_next().await.unwrap().is_some() {}
    started.elapsed().as_secs_f64()
}

/// Seconds until every projection has reached the head.
async fn replay(url: &str, log: &Arc<NatsLog>, head: u64) -> f64 {
    let db = Db::connect(&PostgresOptions::new(url)).await.unwrap();
    let projector = Projector::new(db.clone(), log.clone(), Projections::all());
    let stop = CancellationToken::new();
    let started = Instant::now();
    let running = tokio::spawn({
        let (projector, stop) = (projector.clone(), stop.clone());
        async move { projector.run(stop).await }
    });
    let positions = projector.positions();
    // The archive is waited for by name only: nobody reads his own writes there.
    for which in [Which::All, Which::One("events")] {
        positions.wait_for(which, head, PATIENCE).await.unwrap();
    }
    let seconds = started.elapsed().as_secs_f64();
    stop.cancel();
    running.await.unwrap().unwrap();
    db.close().await;
    seconds
}
