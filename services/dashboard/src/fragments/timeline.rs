//! The timeline of a story: its events and those of its sessions, straight from the log.
use super::Fragment;
use crate::{
    events,
    problem::Problem,
    when::{self, Moment},
};
use askama::Template;
use errand_eventlog::Recorded;
use std::sync::Arc;

/// Events shown, the latest; the API has all.
pub const EVENTS_SHOWN: usize = 400;
/// One every few seconds; they would push out what happened, and the page shows the latest figures anyway.
const LEFT_OUT: &str = "errand.v1.UsageRecorded";
/// Characters of an event's JSON on the page; the API has the whole.
const MAX_JSON_CHARS: usize = 6_000;

#[derive(Template)]
#[template(path = "fragments/timeline_event.html")]
struct Entry {
    seq: u64,
    name: String,
    what: String,
    source: String,
    at: Moment,
    json: String,
    cut: bool,
}

pub struct Timeline {
    pub entries: Vec<Fragment>,
    pub total: usize,
}

pub fn timeline(events: &[Arc<Recorded>]) -> Result<Timeline, Problem> {
    let told: Vec<_> = events
        .iter()
        .filter(|event| event.envelope.event_type != LEFT_OUT)
        .collect();
    let shown = told.len().saturating_sub(EVENTS_SHOWN);
    let entries: Result<_, _> = told[shown..].iter().map(|event| entry(event)).collect();
    Ok(Timeline {
        entries: entries?,
        total: told.len(),
    })
}

fn entry(event: &Arc<Recorded>) -> Result<Fragment, Problem> {
    let name = event
        .envelope
        .event_type
        .rsplit('.')
        .next()
        .unwrap_or_default();
    let record = events::record(event);
    let json = serde_json::to_string_pretty(&record).unwrap_or_default();
    let end = json.char_indices().nth(MAX_JSON_CHARS).map(|(at, _)| at);
    let view = Entry {
        seq: event.seq,
        name: name.to_owned(),
        what: events::summary(event),
        source: event.envelope.source.clone(),
        at: when::moment(event.envelope.time_us),
        cut: end.is_some(),
        json: json[..end.unwrap_or(json.len())].to_owned(),
    };
    Fragment::render(format!("event-{}", event.seq), &view)
}
