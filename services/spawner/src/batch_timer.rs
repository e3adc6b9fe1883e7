//! Consolidates a batch whose time is over, whatever its stories still do.
use crate::{
    Spawner,
    batch::BatchCommand,
    timer::{self, Deadline},
};
use async_trait::async_trait;
use errand_eventlog::{LogError, aggregate::ExecuteError, subscriber::Incoming};
use errand_proto::{BatchEvent, Event};
use tokio_util::sync::CancellationToken;

/// Runs until `stop`.
pub async fn run(spawner: Spawner, stop: CancellationToken) {
    timer::run::<Overdue>(spawner, stop).await;
}

struct Overdue;

#[async_trait]
impl Deadline for Overdue {
    const LISTENS_TO: &'static [&'static str] =
        &["errand.v1.BatchOpened", "errand.v1.BatchConsolidated"];

    fn due_us(event: &Event) -> Option<i64> {
        match event {
            Event::Batch(BatchEvent::BatchOpened(event)) => Some(event.due_us),
            _ => None,
        }
    }

    async fn begin(spawner: &Spawner, id: &str, opened: &Incoming) -> Result<(), LogError> {
        let command = BatchCommand::Consolidate {
            timed_out: true,
            public_url: spawner.public_url.clone(),
        };
        let meta = opened.causes("batch-overdue");
        match spawner.batches.execute(id, command, &meta).await {
            Ok(done) => {
                if done.is_news() {
                    tracing::warn!(batch = id, "the batch's time is over");
                }
                Ok(())
            }
            Err(ExecuteError::Refused(never)) => match never {},
            Err(ExecuteError::Log(error)) => Err(error),
        }
    }
}
