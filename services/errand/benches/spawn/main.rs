//! From tool call to link in the conversation's stream: p50, p99 and spawns/s at 1, 16 and 64 at once, every event
//! synced to disk, beside the raw floor of the same run.
//!
//! Everything of a spawn is there: chat, spawner, executor's reactors, job queue and all read models, in one process
//! on the embedded log. Linear answers at once, in process; agents do not run.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on says so by panicking"
)]
mod floor;
mod machine;
mod system;

use std::time::Duration;
use system::System;

/// How long each degree of concurrency is measured.
const MEASURE: Duration = Duration::from_secs(6);
/// Appends that a spawn waits for, one after the other: request, story, link, announcement.
const STEPS: u32 = 4;

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
    runtime.block_on(async {
        for at_once in [1, 16, 64] {
            let folder = tempfile::tempdir_in(machine::disk()).unwrap();
            let system = System::start(folder.path()).await;
            system.measure(at_once, Duration::from_secs(1)).await;
            let run = system.measure(at_once, MEASURE).await;
            let bytes = system.bytes_per_step().await;
            system.stop().await;
            let floor = floor::measure(folder.path(), bytes * at_once);
            report(at_once, &run, floor);
        }
    });
}

fn report(at_once: usize, run: &system::Run, sync: Duration) {
    let floor = sync * STEPS;
    let ms = |d: Duration| d.as_secs_f64() * 1e3;
    println!(
        "{at_once:>3} at once: {:>6.0} spawns/s  p50 {:>7.2} ms  p99 {:>7.2} ms | floor {:>7.2} ms ({STEPS} synced appends), p50 is {:.2}x the floor",
        run.per_second(),
        ms(run.percentile(50)),
        ms(run.percentile(99)),
        ms(floor),
        run.percentile(50).as_secs_f64() / floor.as_secs_f64(),
    );
}
