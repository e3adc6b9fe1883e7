//! Audit: search the log, and look at one event with its cause and its effects.
mod chain;
mod search;

pub use search::Wanted;

use super::{Page, page};
use crate::{
    body::MAX_TITLE_CHARS,
    dashboard::Site,
    events,
    problem::Problem,
    view::{
        EventLine, Shell, Tab, Viewer,
        event::{self, page_of},
    },
};
use askama::Template;
use axum::extract::{Path, Query, State};
use chain::Chain;

/// Events of one page.
const EVENTS_SHOWN: u64 = 50;

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    shell: Shell,
    wanted: Wanted,
    types: Vec<&'static str>,
    events: Vec<EventLine>,
    /// Queries of the pages before and after.
    earlier: Option<String>,
    later: Option<String>,
    max_chars: usize,
}

/// `GET /audit`
pub async fn search(
    State(site): State<Site>,
    viewer: Viewer,
    Query(wanted): Query<Wanted>,
) -> Page {
    let mut query = wanted.query(&site).await?;
    let head = site.log.head().await?.seq;
    if wanted.is_empty() {
        // Without a question the latest events are shown.
        query.from = (head + 1).saturating_sub(EVENTS_SHOWN).max(1);
    }
    let found = events::matching(&site, &query, EVENTS_SHOWN as usize).await?;
    let earlier = (wanted.has_no_filter() && query.from > 1)
        .then(|| wanted.beginning_at(query.from.saturating_sub(EVENTS_SHOWN).max(1)));
    page(&AuditPage {
        shell: Shell::new(&site, viewer, Tab::Audit, "Audit"),
        types: search::types(),
        events: found.events.iter().map(|e| EventLine::of(e)).collect(),
        earlier,
        later: found.next.map(|next| wanted.beginning_at(next)),
        wanted,
        max_chars: MAX_TITLE_CHARS,
    })
}

#[derive(Template)]
#[template(path = "audit_event.html")]
struct EventPage {
    shell: Shell,
    line: EventLine,
    source: String,
    subject: String,
    version: u64,
    correlation: String,
    about: Option<String>,
    /// The story's page as it was after this event.
    then: Option<String>,
    chain: Chain,
    json: String,
}

/// `GET /audit/{seq}`
pub async fn show(State(site): State<Site>, viewer: Viewer, Path(seq): Path<u64>) -> Page {
    let found = events::at(&site, seq).await?;
    let found = found.ok_or_else(|| Problem::no_such("event", &seq.to_string()))?;
    let about = page_of(&site, &found).await?;
    let story = about.as_ref().filter(|url| url.starts_with("/stories/"));
    let line = EventLine::of(&found);
    page(&EventPage {
        shell: Shell::new(&site, viewer, Tab::Audit, format!("Event {seq}")),
        source: found.envelope.source.clone(),
        subject: found.subject.to_string(),
        version: found.envelope.aggregate_version,
        correlation: found.envelope.correlation_id.to_string(),
        then: story.map(|url| format!("{url}?at={seq}")),
        about,
        chain: Chain::of(&site, &found).await?,
        json: event::pretty(&found),
        line,
    })
}
