//! Does what is due when its time has come. What is due follows from the log alone, so a restart forgets none; every
//! spawner keeps time, and the aggregate takes the first.
use crate::Spawner;
use async_trait::async_trait;
use errand_eventlog::{
    Filter, LogError, Recorded, StartAt, aggregate::now_us, subscriber::Incoming,
};
use errand_proto::Event;
use futures::StreamExt;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// Pause before the log is read again after it failed.
const REOPEN_DELAY: Duration = Duration::from_secs(1);

/// One kind of thing that has its time.
#[async_trait]
pub(crate) trait Deadline: Send + Sync {
    /// The events that set a time for their aggregate, and those that take it back.
    const LISTENS_TO: &'static [&'static str];

    /// When, in microseconds since the Unix epoch; `None` when this event takes it back.
    fn due_us(event: &Event) -> Option<i64>;

    /// The time of the aggregate `id` has come; `set` is the event that set it.
    async fn begin(spawner: &Spawner, id: &str, set: &Incoming) -> Result<(), LogError>;
}

/// A time that has not come, and the event that set it.
struct Due {
    due_us: i64,
    set: Arc<Recorded>,
}

/// By aggregate.
type Open = HashMap<String, Due>;

/// Runs until `stop`.
pub(crate) async fn run<D: Deadline>(spawner: Spawner, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let Some(ended) = stop.run_until_cancelled(follow::<D>(&spawner)).await else {
            return;
        };
        if let Err(error) = ended {
            tracing::warn!(%error, "a timer lost the log, reading it again");
            stop.run_until_cancelled(tokio::time::sleep(REOPEN_DELAY))
                .await;
        }
    }
}

async fn follow<D: Deadline>(spawner: &Spawner) -> Result<(), LogError> {
    let mut open = Open::new();
    let head = spawner.log.head().await?.seq;
    let filter = Filter::types(D::LISTENS_TO);
    let mut pages = spawner.log.read(filter, StartAt::After(0), true).await?;
    let mut reached = 0;
    loop {
        tokio::select! {
            page = pages.next() => {
                let page = page.ok_or_else(|| LogError::Unavailable("the stream of events ended".into()))??;
                for recorded in page.events {
                    take_in::<D>(&mut open, recorded);
                }
                reached = page.through;
            }
            // Before the end of the log is reached, a time may be known and its taking back not yet.
            id = next_due(&open), if reached >= head => {
                if let Some(due) = open.get(&id)
                    && let Ok(set) = Incoming::new(Arc::clone(&due.set), 1)
                {
                    D::begin(spawner, &id, &set).await?;
                }
                open.remove(&id);
            }
        }
    }
}

fn take_in<D: Deadline>(open: &mut Open, recorded: Arc<Recorded>) {
    let id = recorded.subject.id().to_owned();
    match recorded.decode().map(|event| D::due_us(&event)) {
        Ok(Some(due_us)) => {
            let set = recorded;
            open.insert(id, Due { due_us, set });
        }
        Ok(None) => {
            open.remove(&id);
        }
        // The subscribers dead-letter it; there is no time to be read from it.
        Err(error) => tracing::debug!(seq = recorded.seq, %error, "not decodable"),
    }
}

/// Waits for the next time to come and answers its aggregate; for ever when there is none.
async fn next_due(open: &Open) -> String {
    let next = open.iter().min_by_key(|(_, due)| due.due_us);
    let Some((id, due)) = next else {
        return std::future::pending().await;
    };
    let left_us = u64::try_from(due.due_us - now_us()).unwrap_or(0);
    tokio::time::sleep(Duration::from_micros(left_us)).await;
    id.clone()
}
