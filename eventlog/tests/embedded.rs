//! The embedded log keeps the contract, and what only a log on a disk of its own can promise.
use async_trait::async_trait;
use errand_eventlog::{
    DeadLetters, EventLog, JobQueue,
    contract::Harness,
    embedded::{EmbeddedLog, EmbeddedOptions, Sync},
};
use std::sync::Arc;
use tokio::sync::Mutex;

errand_eventlog::contract_tests!(crate::harness);

struct OnDisk {
    dir: tempfile::TempDir,
    log: Mutex<Arc<EmbeddedLog>>,
}

fn options() -> EmbeddedOptions {
    EmbeddedOptions {
        sync: Sync::Off,
        // Small, so that the suite also reads from the database.
        tail_events: 500,
        ..EmbeddedOptions::default()
    }
}

async fn harness() -> OnDisk {
    let dir = tempfile::tempdir().unwrap();
    let log = EmbeddedLog::open(dir.path(), options()).unwrap();
    OnDisk {
        dir,
        log: Mutex::new(log),
    }
}

#[async_trait]
impl Harness for OnDisk {
    async fn log(&self) -> Arc<dyn EventLog> {
        self.log.lock().await.clone()
    }

    async fn dead_letters(&self) -> Arc<dyn DeadLetters> {
        self.log.lock().await.clone()
    }

    async fn queue(&self) -> Arc<dyn JobQueue> {
        self.log.lock().await.clone()
    }

    async fn restart(&self) {
        let mut log = self.log.lock().await;
        log.close().await;
        *log = EmbeddedLog::open(self.dir.path(), options()).unwrap();
    }
}
