//! Finds events: what the archive has through its indexes, and from the log what the archive does not have yet.
use super::query::{EventQuery, Matcher};
use crate::{dashboard::Site, problem::Problem};
use errand_eventlog::{EventLog, LogError, Page, Recorded, StartAt};
use errand_projections::{
    Db,
    events::{EventFilter, Span},
};
use futures::{Stream, StreamExt as _, TryStreamExt as _, stream, stream::BoxStream};
use std::sync::Arc;

/// Events of one answer.
pub const MAX_EVENTS: usize = 1_000;
/// Pages of the log looked through in vain for one answer; the answer says where to go on.
const MAX_EMPTY_PAGES: usize = 200;

/// Why a search broke off.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Archive(#[from] errand_projections::Error),
}

impl From<SearchError> for Problem {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Log(error) => error.into(),
            SearchError::Archive(error) => error.into(),
        }
    }
}

pub type Pages = BoxStream<'static, Result<Page, SearchError>>;

/// Some events, and where the next page begins if there may be more.
#[derive(Debug, Default)]
pub struct Matching {
    pub events: Vec<Arc<Recorded>>,
    pub next: Option<u64>,
}

/// The events of a query in log order, at most `limit`.
pub async fn matching(site: &Site, query: &EventQuery, limit: usize) -> Result<Matching, Problem> {
    let limit = limit.clamp(1, MAX_EVENTS);
    let mut found = Matching::default();
    let mut pages = pages(site, query, false).await?;
    let mut empty = 0;
    while let Some(page) = pages.try_next().await? {
        for event in &page.events {
            if found.events.len() == limit {
                found.next = Some(event.seq);
                return Ok(found);
            }
            found.events.push(Arc::clone(event));
        }
        empty += usize::from(page.events.is_empty());
        if empty >= MAX_EMPTY_PAGES {
            found.next = Some(page.through + 1);
            return Ok(found);
        }
    }
    Ok(found)
}

/// The wanted events, a page at a time. With `follow` it goes on for ever, unless the query has a last sequence.
pub async fn pages(site: &Site, query: &EventQuery, follow: bool) -> Result<Pages, SearchError> {
    let (db, log) = (site.db().clone(), Arc::clone(&site.log));
    let start = query.from.saturating_sub(1);
    let archived = match query.is_indexed() {
        true => db.archived_through(log.head().await?.log_id).await?,
        false => 0,
    };
    if archived == 0 {
        let after = if query.story.is_some() { 0 } else { start };
        return Ok(from_log(log, query, Vec::new(), after, follow));
    }
    let filter = query.in_archive();
    let span = Span {
        after: start,
        through: query.until.map_or(archived, |until| until.min(archived)),
    };
    let span = db.archived_span(&filter, span).await?;
    let sessions = match &query.story {
        Some(story) => db.archived_sessions(story, archived).await?,
        None => Vec::new(),
    };
    let found = from_archive(db, filter, span);
    if query.is_past(archived) {
        return Ok(found.boxed());
    }
    let after = if query.story.is_some() {
        archived
    } else {
        start.max(archived)
    };
    Ok(found
        .chain(from_log(log, query, sessions, after, follow))
        .boxed())
}

fn from_archive(
    db: Db,
    filter: EventFilter,
    span: Span,
) -> impl Stream<Item = Result<Page, SearchError>> + Send {
    stream::try_unfold((db, filter, span), |(db, filter, mut span)| async move {
        if span.after >= span.through {
            return Ok(None);
        }
        let rows = db.archived(&filter, span).await?;
        let events: Result<Vec<_>, _> = rows.iter().map(|r| r.recorded().map(Arc::new)).collect();
        let events = events?;
        let Some(last) = events.last() else {
            return Ok(None);
        };
        span.after = last.seq;
        let page = Page {
            through: last.seq,
            events,
        };
        Ok(Some((page, (db, filter, span))))
    })
}

/// It begins to read when it is first asked, which may be long after.
fn from_log(
    log: Arc<dyn EventLog>,
    query: &EventQuery,
    sessions: Vec<String>,
    after: u64,
    follow: bool,
) -> Pages {
    let (filter, query) = (query.in_log(), query.clone());
    let mut matcher = Matcher::new(query.clone(), sessions);
    let pages = async move { log.read(filter, StartAt::After(after), follow).await };
    let wanted = stream::once(pages).try_flatten().map_ok(move |mut page| {
        page.events.retain(|event| matcher.matches(event));
        page
    });
    let through_last = wanted.scan(false, move |past, page| {
        let next = (!*past).then(|| {
            *past = page.as_ref().is_ok_and(|p| query.is_past(p.through));
            page.map_err(SearchError::from)
        });
        std::future::ready(next)
    });
    through_last.boxed()
}

/// The event at a sequence, from the log.
pub async fn at(site: &Site, seq: u64) -> Result<Option<Arc<Recorded>>, SearchError> {
    let query = EventQuery {
        from: seq,
        until: Some(seq),
        ..EventQuery::default()
    };
    let mut pages = pages(site, &query, false).await?;
    while let Some(page) = pages.try_next().await? {
        if let Some(event) = page.events.into_iter().next() {
            return Ok(Some(event));
        }
    }
    Ok(None)
}

/// The event with an id.
pub async fn by_id(site: &Site, id: uuid::Uuid) -> Result<Option<Arc<Recorded>>, SearchError> {
    if let Some(seq) = site.db().archived_seq(id).await? {
        return at(site, seq).await;
    }
    // It may be newer than what the archive has.
    let archived = site.db().archived_through(site.log.head().await?.log_id);
    let query = EventQuery {
        from: archived.await? + 1,
        ..EventQuery::default()
    };
    let mut pages = pages(site, &query, false).await?;
    while let Some(page) = pages.try_next().await? {
        let found = page.events.into_iter().find(|e| e.envelope.id == id);
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}
