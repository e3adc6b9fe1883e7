//! From tool call to link in the conversation's stream: p50, p99 and spawns/s at 1, 16 and 64 at once, beside the raw
//! floor of the same run; on the embedded log, on one NATS server and on three.
//!
//! Everything of a spawn is there: chat, spawner, executor's reactors, job queue and all read models, in one process.
//! Linear answers at once, in process; agents do not run.
//!
//! `cargo bench -p errand --bench spawn` measures all, `-- R3` those whose name begins so; `-- million` compares an empty log with one of a million events.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on says so by panicking"
)]
mod floor;
mod history;
mod machine;
mod place;
mod system;

use place::{Opened, Place};
use std::{path::Path, time::Duration};
use system::{Run, System};

/// How long each degree of concurrency is measured.
const MEASURE: Duration = Duration::from_secs(6);
/// Before it, so that connections and caches are warm.
const WARM_UP: Duration = Duration::from_secs(1);
/// Appends that a spawn waits for, one after the other: request, story, link, announcement.
const STEPS: u32 = 4;
const LONG_HISTORY_EVENTS: usize = 1_000_000;

fn main() {
    // `cargo test --benches` only wants to know that it builds.
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    println!("spawn on {}", machine::name());
    match std::env::args().any(|a| a == "million") {
        true => runtime.block_on(long_history()),
        false => runtime.block_on(everywhere()),
    }
}

async fn everywhere() {
    let named = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let named = named.unwrap_or_default();
    let wanted = |place: &Place| place.name().starts_with(&named);
    for place in Place::ALL.into_iter().filter(wanted) {
        for at_once in [1, 16, 64] {
            let folder = tempfile::tempdir_in(machine::disk()).unwrap();
            let Some(opened) = place.open(folder.path()).await else {
                println!("{}: skipped, nats-server was not found", place.name());
                break;
            };
            let (run, bytes) = measured(&opened, folder.path(), at_once).await;
            let floor = floor::measure(&opened, folder.path(), bytes, at_once).await;
            report(place.name(), at_once, &run, floor);
            opened.close().await;
        }
    }
}

async fn long_history() {
    let mut medians = Vec::new();
    for events in [0, LONG_HISTORY_EVENTS] {
        let folder = tempfile::tempdir_in(machine::disk()).unwrap();
        let Some(opened) = Place::One.open(folder.path()).await else {
            return println!("skipped, nats-server was not found");
        };
        if let Some(url) = &opened.url {
            history::fill(url, events).await;
        }
        let (run, bytes) = measured(&opened, folder.path(), 1).await;
        let floor = floor::measure(&opened, folder.path(), bytes, 1).await;
        report(&format!("{events} events before"), 1, &run, floor);
        medians.push(run.percentile(50));
        opened.close().await;
    }
    let ratio = medians[1].as_secs_f64() / medians[0].as_secs_f64();
    println!("a spawn after a million events takes {ratio:.2}x as long (aim 1.2x)");
}

async fn measured(opened: &Opened, folder: &Path, at_once: usize) -> (Run, usize) {
    let system = System::start(opened, folder).await;
    system.caught_up().await;
    system.measure(at_once, WARM_UP).await;
    let run = system.measure(at_once, MEASURE).await;
    let bytes = system.bytes_per_step().await;
    system.stop().await;
    (run, bytes)
}

fn report(name: &str, at_once: usize, run: &Run, append: Duration) {
    let floor = append * STEPS;
    let ms = |d: Duration| d.as_secs_f64() * 1e3;
    println!(
        "{name}, {at_once:>2} at once: {:>6.0} spawns/s  p50 {:>7.2} ms  p99 {:>7.2} ms | floor {:>7.2} ms ({STEPS} appends), p50 is {:.2}x the floor",
        run.per_second(),
        ms(run.percentile(50)),
        ms(run.percentile(99)),
        ms(floor),
        run.percentile(50).as_secs_f64() / floor.as_secs_f64(),
    );
}
