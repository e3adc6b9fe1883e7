//! A subscriber as a process of its own:
//!
//!     ERRAND_NATS_URL=nats://127.0.0.1:4222 endings FOLDER
mod write_ending;

use anyhow::Context;
use errand_eventlog::subscriber;
use errand_nats::{Credentials, NatsLog, NatsOptions};
use std::{env, fs, path::PathBuf, sync::Arc};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use write_ending::WriteEnding;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let folder = env::args()
        .nth(1)
        .context("say where to write: endings FOLDER")?;
    fs::create_dir_all(&folder)?;
    let log = NatsLog::connect(options()?).await?;
    let reactor = WriteEnding(PathBuf::from(folder));
    let stop = CancellationToken::new();
    let stopping = stop.clone().drop_guard();
    let running = tokio::spawn(subscriber::run(log, vec![Arc::new(reactor)], stop));
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminated.recv() => {}
    }
    drop(stopping);
    Ok(running.await?)
}

fn options() -> anyhow::Result<NatsOptions> {
    let url = env::var("ERRAND_NATS_URL").context("where is NATS? set ERRAND_NATS_URL")?;
    let usual = NatsOptions::new(url);
    let seed = env::var("ERRAND_NATS_NKEY_FILE")
        .ok()
        .map(fs::read_to_string);
    Ok(NatsOptions {
        credentials: seed
            .transpose()?
            .map(|seed| Credentials::NKey(seed.trim().into())),
        ca_file: env::var_os("ERRAND_NATS_CA_FILE").map(PathBuf::from),
        prefix: env::var("ERRAND_NATS_PREFIX").ok(),
        replicas: env::var("ERRAND_NATS_REPLICAS").map_or(Ok(usual.replicas), |n| n.parse())?,
        ..usual
    })
}
