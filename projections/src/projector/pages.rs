//! Pages of the log, read ahead of the writing and joined to batches: the further behind, the larger.
use super::batch::MAX_BATCH_EVENTS;
use crate::{Error, Result};
use errand_eventlog::{EventLog, Filter, LogError, Page, Recorded, Seq, StartAt};
use futures::{StreamExt as _, stream::BoxStream};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout_at},
};

/// Pages read ahead. The log bounds the size of each.
const PAGES_AHEAD: usize = 32;
/// Behind a page of so many events more will come at once: they are waited for, up to a full batch or this long.
const BUSY_PAGE_EVENTS: usize = 64;
const GATHERING: Duration = Duration::from_millis(20);
/// A reader that takes no page for this long no longer holds up the others: it goes on with a stream of its own.
const MAX_HOLD_UP: Duration = Duration::from_millis(500);

/// A page, or why there is none, for several readers.
type Shared = std::result::Result<Arc<Page>, Arc<LogError>>;

/// Some events for one projection.
pub struct Batch {
    pub events: Vec<Arc<Recorded>>,
    pub through: Seq,
}

/// Pages on their way to one projection; ends when the log's stream ends or fails.
pub struct Pages {
    filter: Filter,
    receiver: mpsc::Receiver<Shared>,
}

/// A stream of its own.
///
/// # Errors
/// The log cannot be read.
pub async fn own(log: &dyn EventLog, filter: Filter, after: Seq) -> Result<Pages> {
    let pages = log
        .read(filter.clone(), StartAt::After(after), true)
        .await?;
    let (sender, receiver) = mpsc::channel(PAGES_AHEAD);
    tokio::spawn(pump(pages, vec![sender]));
    Ok(Pages { filter, receiver })
}

/// One stream for several projections that are about equally far, so that the log is read once.
///
/// # Errors
/// The log cannot be read.
pub async fn shared(log: &dyn EventLog, filters: Vec<Filter>, after: Seq) -> Result<Vec<Pages>> {
    let all = Filter::kinds(
        &filters
            .iter()
            .flat_map(|f| f.kinds.clone())
            .collect::<Vec<_>>(),
    );
    let pages = log.read(all, StartAt::After(after), true).await?;
    let (mut senders, mut readers) = (Vec::new(), Vec::new());
    for filter in filters {
        let (sender, receiver) = mpsc::channel(PAGES_AHEAD);
        senders.push(sender);
        readers.push(Pages { filter, receiver });
    }
    tokio::spawn(pump(pages, senders));
    Ok(readers)
}

/// Hands pages on until nobody wants them or the log fails.
async fn pump(
    mut pages: BoxStream<'static, std::result::Result<Page, LogError>>,
    mut readers: Vec<mpsc::Sender<Shared>>,
) {
    while !readers.is_empty() {
        let gone = async {
            for reader in &readers {
                reader.closed().await;
            }
        };
        let next = tokio::select! {
            next = pages.next() => next,
            () = gone => return,
        };
        let Some(page) = next else { return };
        let page = page.map(Arc::new).map_err(Arc::new);
        let mut kept = Vec::with_capacity(readers.len());
        for reader in readers {
            if reader.send_timeout(page.clone(), MAX_HOLD_UP).await.is_ok() {
                kept.push(reader);
            }
        }
        readers = if page.is_ok() { kept } else { Vec::new() };
    }
}

impl Pages {
    /// Waits for a page and adds those that are already there, or about to come, as long as the batch is not full.
    ///
    /// # Errors
    /// The stream ended.
    pub async fn next(&mut self) -> Result<Batch> {
        let first = self.receiver.recv().await.ok_or_else(ended)?;
        let first = first.map_err(Error::Stream)?;
        let mut batch = Batch {
            events: Vec::new(),
            through: first.through,
        };
        let patience = match first.events.len() < BUSY_PAGE_EVENTS {
            true => Duration::ZERO,
            false => GATHERING,
        };
        let end = Instant::now() + patience;
        let mut page = Some(first);
        while let Some(next) = page {
            let wanted = next.events.iter().filter(|e| self.filter.matches(e));
            batch.events.extend(wanted.cloned());
            batch.through = batch.through.max(next.through);
            page = if batch.events.len() < MAX_BATCH_EVENTS {
                self.before(end).await
            } else {
                None
            };
        }
        Ok(batch)
    }

    /// A page that is already there, or is before `end`. Trouble that comes instead is met again by the next stream.
    async fn before(&mut self, end: Instant) -> Option<Arc<Page>> {
        let page = timeout_at(end, self.receiver.recv()).await;
        page.ok()??.ok()
    }
}

/// A stream that follows the log must not end; this one held up others, or the log was closed.
fn ended() -> Error {
    LogError::Unavailable("the stream of events ended".into()).into()
}
