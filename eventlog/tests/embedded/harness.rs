//! A log in a directory that goes away with the test.
use async_trait::async_trait;
use bytes::Bytes;
use errand_eventlog::{
    DeadLetters, EventLog, JobQueue, NewEvent, Seq, Write,
    contract::Harness,
    embedded::{EmbeddedLog, EmbeddedOptions, Sync},
};
use errand_proto::{AggregateKind, Envelope, Subject};
use std::{path::Path, sync::Arc, time::Duration};
use tokio::sync::Mutex;
use uuid::Uuid;

/// Nothing here takes longer, even on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub struct OnDisk {
    dir: tempfile::TempDir,
    log: Mutex<Arc<EmbeddedLog>>,
}

/// The contract is about order and meaning; what a sync to disk adds is tested in `kill`.
fn unsynced() -> EmbeddedOptions {
    EmbeddedOptions {
        sync: Sync::Off,
        // Small, so that the suite also reads from the database.
        tail_events: 500,
        ..EmbeddedOptions::default()
    }
}

pub async fn on_disk() -> OnDisk {
    let dir = tempfile::tempdir().unwrap();
    let log = EmbeddedLog::open(dir.path(), unsynced()).unwrap();
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
        *log = EmbeddedLog::open(self.dir.path(), unsynced()).unwrap();
    }
}

/// A log as a person would have it.
pub fn open(dir: &Path) -> Arc<EmbeddedLog> {
    EmbeddedLog::open(dir, EmbeddedOptions::default()).unwrap()
}

pub fn story(id: Uuid) -> Subject {
    Subject::new("main", AggregateKind::Story, &id.to_string()).unwrap()
}

/// The first event of the story with that id; the event has the same id.
pub fn first_event(id: Uuid, payload_bytes: usize) -> Write {
    let envelope = Envelope {
        id,
        event_type: "errand.v1.StoryCreated".into(),
        source: "errand/test".into(),
        time_us: 0,
        correlation_id: id,
        causation_id: id,
        command_id: id,
        aggregate_version: 1,
        traceparent: None,
    };
    let data = Bytes::from(vec![7; payload_bytes]);
    Write {
        subject: story(id),
        expected: 0,
        events: vec![NewEvent { envelope, data }],
    }
}

pub async fn append(
    log: &dyn EventLog,
    payload_bytes: usize,
) -> errand_eventlog::port::Result<(Uuid, Seq)> {
    let id = Uuid::new_v4();
    let seqs = log.append(vec![first_event(id, payload_bytes)]).await?;
    Ok((id, seqs[0]))
}
