//! Pages of the log joined to batches: the further behind, the larger.
use super::batch::MAX_BATCH_EVENTS;
use crate::{Error, Result};
use errand_eventlog::{LogError, Page};
use futures::{FutureExt as _, StreamExt as _, stream::BoxStream};

pub type Pages = BoxStream<'static, std::result::Result<Page, LogError>>;

/// Waits for a page and adds those that are already there, as long as the batch is not full; `None` at the end.
pub async fn next(pages: &mut Pages) -> Result<Option<Page>> {
    let Some(first) = pages.next().await else {
        return Ok(None);
    };
    let mut batch = first?;
    while batch.events.len() < MAX_BATCH_EVENTS {
        // An error found here comes again when the stream is opened after what was read before it.
        let Some(Some(Ok(page))) = pages.next().now_or_never() else {
            break;
        };
        batch.events.extend(page.events);
        batch.through = batch.through.max(page.through);
    }
    Ok(Some(batch))
}

/// A stream that follows the log must not end.
pub fn ended() -> Error {
    LogError::Unavailable("the stream of events ended".into()).into()
}
