//! Reading in log order: from memory at the tail, from SQLite behind it.
use super::{
    error::{closed, unreadable},
    limits::{PAGE_BYTES, PAGE_EVENTS},
    row,
    shared::Shared,
};
use crate::{Filter, Page, Recorded, Seq, StartAt, port::Result};
use futures::stream::{BoxStream, StreamExt};
use rusqlite::{Connection, OptionalExtension, params};
use std::sync::Arc;
use tokio::sync::watch;

struct Reader {
    shared: Arc<Shared>,
    filter: Filter,
    through: Seq,
    /// The last sequence to read; `None` follows for ever.
    until: Option<Seq>,
    head: watch::Receiver<Seq>,
}

pub(super) async fn read(
    shared: &Arc<Shared>,
    filter: Filter,
    from: StartAt,
    follow: bool,
) -> Result<BoxStream<'static, Result<Page>>> {
    let head = *shared.head.borrow();
    let through = match from {
        StartAt::After(seq) => seq,
        StartAt::Time(at_us) => {
            shared
                .readers
                .run(move |conn| last_before(conn, at_us).map_err(|e| unreadable(&e)))
                .await?
        }
    };
    let reader = Reader {
        shared: shared.clone(),
        filter,
        through,
        until: (!follow).then_some(head),
        head: shared.head.clone(),
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
        while *self.head.borrow_and_update() <= self.through {
            self.head.changed().await.map_err(|_| closed())?;
        }
        let mut page = page(&self.shared, self.through, &self.filter).await?;
        if let Some(until) = self.until {
            page.events.retain(|event| event.seq <= until);
            page.through = page.through.min(until);
        }
        self.through = page.through;
        Ok(Some(page))
    }
}

/// The next events after `after`.
pub(super) async fn page(shared: &Shared, after: Seq, filter: &Filter) -> Result<Page> {
    let held = shared.tail().page(after, filter);
    if let Some(page) = held {
        return Ok(page);
    }
    let filter = filter.clone();
    let stored = shared
        .readers
        .run(move |conn| stored_page(conn, after, &filter));
    stored.await
}

/// One event, or `None` when there is none of that sequence.
pub(super) async fn event(shared: &Shared, seq: Seq) -> Result<Option<Arc<Recorded>>> {
    let held = shared.tail().get(seq);
    if held.is_some() {
        return Ok(held);
    }
    let stored = shared.readers.run(move |conn| stored_event(conn, seq));
    stored.await
}

pub(super) fn stored_event(conn: &Connection, seq: Seq) -> Result<Option<Arc<Recorded>>> {
    let sql = format!("{}where e.seq = ?1", row::SELECT);
    let mut statement = conn.prepare_cached(&sql).map_err(|e| unreadable(&e))?;
    let mut rows = statement
        .query([seq.cast_signed()])
        .map_err(|e| unreadable(&e))?;
    let row = rows.next().map_err(|e| unreadable(&e))?;
    row.map(row::recorded).transpose()
}

fn stored_page(conn: &Connection, after: Seq, filter: &Filter) -> Result<Page> {
    let sql = format!("{}where e.seq > ?1 order by e.seq limit ?2", row::SELECT);
    let mut statement = conn.prepare_cached(&sql).map_err(|e| unreadable(&e))?;
    let limit = i64::try_from(PAGE_EVENTS).unwrap_or(i64::MAX);
    let mut rows = statement
        .query(params![after.cast_signed(), limit])
        .map_err(|e| unreadable(&e))?;
    let mut page = Page {
        events: Vec::new(),
        through: after,
    };
    let mut bytes = 0;
    while bytes < PAGE_BYTES {
        let Some(row) = rows.next().map_err(|e| unreadable(&e))? else {
            break;
        };
        page.through = row::seq(row)?;
        if row::may_match(row, filter) {
            let event = row::recorded(row)?;
            bytes += event.data.len();
            page.events.push(event);
        }
    }
    Ok(page)
}

/// The sequence before the first event stored at or after `at_us`. Stored times never decrease, so it halves.
fn last_before(conn: &Connection, at_us: i64) -> rusqlite::Result<Seq> {
    let mut probe = conn
        .prepare_cached("select seq, stored_us from events where seq >= ?1 order by seq limit 1")?;
    let head: i64 = conn.query_row("select coalesce(max(seq), 0) from events", [], |row| {
        row.get(0)
    })?;
    let (mut low, mut high) = (1, head + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let found: Option<(i64, i64)> = probe
            .query_row([middle], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        match found {
            Some((seq, stored_us)) if stored_us < at_us => low = seq + 1,
            _ => high = middle,
        }
    }
    Ok((low - 1).cast_unsigned())
}
