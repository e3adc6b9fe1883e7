//! Reading in log order.
use crate::{
    follow::{Cursor, Followed},
    limits::{MAX_REOPENINGS, PAGE_EVENTS},
    shared::{Shared, pause},
    topology::Stream,
    wire,
};
use errand_eventlog::{Filter, Page, Seq, StartAt, port::Result};
use futures::{
    FutureExt,
    stream::{BoxStream, StreamExt},
};
use std::sync::Arc;

struct Reader {
    shared: Arc<Shared>,
    filter: Filter,
    through: Seq,
    /// The last sequence to read; `None` follows for ever.
    until: Option<Seq>,
    cursor: Option<Cursor>,
    /// Openings since the last message.
    openings: u32,
}

pub(crate) async fn read(
    shared: &Arc<Shared>,
    head: Seq,
    filter: Filter,
    from: StartAt,
    follow: bool,
) -> Result<BoxStream<'static, Result<Page>>> {
    let through = match from {
        StartAt::After(seq) => seq,
        StartAt::Time(at_us) => last_before(shared, head, at_us).await?,
    };
    let reader = Reader {
        shared: shared.clone(),
        filter,
        through,
        until: (!follow).then_some(head),
        cursor: None,
        openings: 0,
    };
    let pages = futures::stream::unfold(Some(reader), |reader| async {
        let mut reader = reader?;
        match reader.next().await {
            Ok(Some(page)) => Some((Ok(page), Some(reader))),
            Ok(None) => None,
            Err(error) => Some((Err(error), None)),
        }
    });
    Ok(pages.boxed())
}

impl Reader {
    async fn next(&mut self) -> Result<Option<Page>> {
        if self.until.is_some_and(|until| self.through >= until) {
            return Ok(None);
        }
        let first = self.message().await?;
        let mut page = Page::default();
        self.take(first, &mut page)?;
        // What has arrived already comes in the same page.
        for _ in 1..PAGE_EVENTS {
            if self.until.is_some_and(|until| self.through >= until) {
                break;
            }
            match self
                .cursor
                .as_mut()
                .and_then(|cursor| cursor.next().now_or_never())
            {
                Some(Ok(message)) => self.take(message, &mut page)?,
                Some(Err(_)) => {
                    self.cursor = None;
                    break;
                }
                None => break,
            }
        }
        page.through = self.through;
        Ok(Some(page))
    }

    fn take(&mut self, followed: Followed, page: &mut Page) -> Result<()> {
        let Followed { seq, message, .. } = followed;
        let headers = message.headers.unwrap_or_default();
        let subjects = &self.shared.subjects;
        let event = wire::recorded(subjects, seq, &message.subject, &headers, message.payload)?;
        self.through = seq;
        if self.filter.matches(&event) {
            page.events.push(Arc::new(event));
        }
        Ok(())
    }

    /// The next message; opens a new cursor whenever there is doubt about the old one.
    async fn message(&mut self) -> Result<Followed> {
        loop {
            let outcome = match &mut self.cursor {
                Some(cursor) => cursor.next().await,
                None => match Cursor::open(&self.shared, Stream::Events, self.through).await {
                    Ok(cursor) => {
                        self.cursor = Some(cursor);
                        continue;
                    }
                    Err(error) => Err(error),
                },
            };
            match outcome {
                Ok(followed) => {
                    self.openings = 0;
                    return Ok(followed);
                }
                Err(error) if self.openings >= MAX_REOPENINGS || !error.is_transient() => {
                    return Err(error);
                }
                Err(error) => {
                    tracing::debug!(%error, through = self.through, "reading goes on with a new consumer");
                    self.cursor = None;
                    self.openings += 1;
                    tokio::time::sleep(pause(self.openings)).await;
                }
            }
        }
    }
}

/// The sequence before the first event stored at or after `at_us`. The log has no gaps and its times ascend, so it
/// halves; the leader answers, so that a replica that lags cannot hide the latest events.
async fn last_before(shared: &Shared, head: Seq, at_us: i64) -> Result<Seq> {
    let (mut low, mut high) = (1, head + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let found = shared.at(Stream::Events, middle).await?;
        let stored_us = found.map(|message| message.time.unix_timestamp_nanos() / 1000);
        match stored_us {
            Some(stored_us) if stored_us < i128::from(at_us) => low = middle + 1,
            _ => high = middle,
        }
    }
    Ok(low - 1)
}
