//! Fills empty tables from the log and says how long that took.
use crate::machine;
use errand_eventlog::{
    EventLog as _,
    embedded::{EmbeddedLog, EmbeddedOptions},
};
use errand_projections::{Db, Projections, Projector, Which};
use std::{
    path::Path,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

const PATIENCE: Duration = Duration::from_secs(600);

pub fn run(folder: &Path, events: usize) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let seconds = runtime.block_on(fill(folder));
    let rate = events as f64 / seconds;
    let processor = machine::processor_seconds();
    println!("{rate} {processor} {}", machine::peak_memory_mib());
}

/// Reads what `run` printed: events per second, seconds of processor time, MiB.
pub fn parse(printed: &str) -> [f64; 3] {
    let mut numbers = printed.split_whitespace().map(|n| n.parse().unwrap());
    std::array::from_fn(|_| numbers.next().unwrap())
}

/// Seconds until every projection has reached the head.
async fn fill(folder: &Path) -> f64 {
    let log = EmbeddedLog::open(folder, EmbeddedOptions::default()).unwrap();
    let head = log.head().await.unwrap().seq;
    let db = Db::open(&folder.join("views.sqlite")).await.unwrap();
    let projector = Projector::new(db.clone(), log.clone(), Projections::all());
    let stop = CancellationToken::new();
    let started = Instant::now();
    let running = tokio::spawn({
        let (projector, stop) = (projector.clone(), stop.clone());
        async move { projector.run(stop).await }
    });
    let reached = projector
        .positions()
        .wait_for(Which::All, head, PATIENCE)
        .await;
    let seconds = started.elapsed().as_secs_f64();
    if std::env::var_os("ERRAND_BENCH_VERBOSE").is_some() {
        for position in projector.positions().now() {
            eprintln!("    {}: {} {}", position.name, position.seq, position.state);
        }
    }
    reached.unwrap();
    stop.cancel();
    running.await.unwrap().unwrap();
    db.close().await;
    log.close().await;
    seconds
}
