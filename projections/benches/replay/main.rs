//! How fast the read models are filled from zero, and in how much memory: events per second at 10⁵ and 10⁶ events.
//!
//! Every step is a process of its own, so that making the log does not count in the memory of reading it.
#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that cannot run stops where it stands"
)]
mod generate;
#[path = "../../tests/projections/histories/mod.rs"]
#[allow(dead_code, reason = "the benchmark uses the everyday histories only")]
mod histories;
mod machine;
mod replay;

use std::{
    path::Path,
    process::{Command, ExitCode},
};

const SIZES: [usize; 2] = [100_000, 1_000_000];
const AIM_EVENTS_PER_SECOND: f64 = 100_000.0;
/// Which step a child process is to do.
const STEP: &str = "ERRAND_BENCH_STEP";
const FOLDER: &str = "ERRAND_BENCH_FOLDER";
const EVENTS: &str = "ERRAND_BENCH_EVENTS";

fn main() -> ExitCode {
    match std::env::var(STEP).as_deref() {
        Ok("generate") => generate::run(&folder(), events()),
        Ok("replay") => replay::run(&folder(), events()),
        _ => compare(),
    }
    ExitCode::SUCCESS
}

fn folder() -> std::path::PathBuf {
    std::env::var_os(FOLDER).unwrap().into()
}

fn events() -> usize {
    std::env::var(EVENTS).unwrap().parse().unwrap()
}

fn compare() {
    println!(
        "replay into the projections from zero, on {}",
        machine::name()
    );
    let mut peaks = Vec::new();
    for events in SIZES {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        step("generate", folder.path(), events);
        let measured = step("replay", folder.path(), events);
        let [rate, processor, peak] = replay::parse(&measured);
        println!(
            "  {events:>9} events: {rate:>9.0} events/s ({:.2}× of the aim of {AIM_EVENTS_PER_SECOND:.0}/s), {processor:.1} s of processor time, peak memory {peak:.0} MiB",
            rate / AIM_EVENTS_PER_SECOND
        );
        peaks.push(peak);
    }
    println!(
        "  ten times the events take {:.2}× the memory",
        peaks[1] / peaks[0]
    );
}

fn step(name: &str, folder: &Path, events: usize) -> String {
    let this = std::env::current_exe().unwrap();
    let output = Command::new(this)
        .env(STEP, name)
        .env(FOLDER, folder)
        .env(EVENTS, events.to_string())
        .stderr(std::process::Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "step {name} failed");
    String::from_utf8(output.stdout).unwrap()
}
