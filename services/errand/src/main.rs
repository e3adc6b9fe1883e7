//! Errand: a chat that hands long work to agents and never waits for them.
//!
//! The binary is the only place that names both a port and its adapter.
//!
//! # Layout
//! - `cli`: what can be typed.
//! - `config`: what can be configured, and by which key.
//! - `wiring`: ports meet adapters.
//! - `role`: the roles that a process can have; `process`: its stores and services, from start to stop.
//! - `webhooks`: what vendors call.
//! - `telemetry`: log lines, traces, measures, health.
//! - `up`: all roles in one process; `serve`: some of them; `sandbox`: the vendors' stand-ins.
//! - `commands`: one file for each command; all but those and `agent` speak to a running Errand over its API.
mod api;
mod cli;
mod commands;
mod config;
mod output;
mod process;
mod role;
mod sandbox;
mod serve;
mod telemetry;
mod up;
mod webhooks;
mod wiring;

use clap::Parser;
use std::process::ExitCode;

/// The word by which this program is told to hold an agent; not for people, so not among the commands.
const CONFINE: &str = "confine";

fn main() -> ExitCode {
    let mut words = std::env::args_os().skip(1);
    if words.next().is_some_and(|word| word == CONFINE) {
        return failed(&errand_executor::confine::enter(words).into());
    }
    // One TLS provider for every client, chosen before the first is built; a second choice changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let cli = cli::Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return failed(&anyhow::Error::from(error)),
    };
    match runtime.block_on(commands::run(cli)) {
        Ok(code) => code,
        Err(error) => failed(&error),
    }
}

/// One line with every cause, so that the way out is not lost in a chain.
fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("errand: {error:#}");
    ExitCode::FAILURE
}
