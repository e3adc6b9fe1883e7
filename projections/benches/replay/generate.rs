//! Writes a log of everyday work: about 25 events per story over conversation, story, session and notification.
use crate::histories::{Histories, Recorder, Variety};
use errand_eventlog::embedded::{EmbeddedLog, EmbeddedOptions, Sync};
use std::path::Path;

const SEED: u64 = 42;

pub fn run(folder: &Path, events: usize) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(write(folder, events));
}

async fn write(folder: &Path, events: usize) {
    let options = EmbeddedOptions {
        sync: Sync::Off,
        ..EmbeddedOptions::default()
    };
    let log = EmbeddedLog::open(folder, options).unwrap();
    let steps = Histories::new(SEED, Variety::Plain, usize::MAX).take(events);
    Recorder::default().append(log.as_ref(), steps).await;
    log.close().await;
}
