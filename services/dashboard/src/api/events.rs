use super::{Answer, find};
use crate::{
    dashboard::Site,
    events::{self, CloudEvent, EventQuery, EventRecord, MAX_EVENTS},
    present::ErrorBody,
    problem::Problem,
    records,
};
use axum::{
    Json,
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use errand_eventlog::Recorded;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

const DEFAULT_EVENTS: usize = 100;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Our own shape.
    #[default]
    Errand,
    /// Structured CloudEvents 1.0.
    CloudEvents,
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// The first sequence, or the earliest time as RFC 3339.
    pub from: Option<String>,
    /// The last sequence, or the latest time as RFC 3339.
    pub until: Option<String>,
    /// Only what names this story, and the events of its sessions.
    pub story: Option<String>,
    /// One or several type names, short or full, separated by commas.
    #[serde(rename = "type")]
    #[param(rename = "type")]
    pub types: Option<String>,
    /// Only what followed from one cause.
    pub correlation: Option<Uuid>,
    /// `errand` or `cloudevents`.
    #[serde(default)]
    #[param(inline)]
    pub format: Format,
    /// At most 1,000; 100 when absent.
    pub limit: Option<usize>,
}

/// An event in the shape that was asked for.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Shaped {
    Errand(EventRecord),
    CloudEvents(CloudEvent),
}

impl Shaped {
    pub fn of(event: &Recorded, format: Format) -> Self {
        match format {
            Format::Errand => Self::Errand(events::record(event)),
            Format::CloudEvents => Self::CloudEvents(events::cloud_event(event)),
        }
    }
}

#[derive(Serialize)]
struct Page {
    events: Vec<Shaped>,
    next: Option<u64>,
}

/// Events of the log, in its order. With `format=cloudevents` each is structured CloudEvents 1.0 JSON.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", operation_id = "listEvents", params(Wanted),
    responses((status = 200, body = records::Events), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn list(
    State(site): State<Site>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let query = query(&site, &wanted).await?;
    let limit = wanted.limit.unwrap_or(DEFAULT_EVENTS).min(MAX_EVENTS);
    let found = events::matching(&site, &query, limit).await?;
    let shaped = found.events.iter().map(|e| Shaped::of(e, wanted.format));
    Ok(Json(Page {
        events: shaped.collect(),
        next: found.next,
    })
    .into_response())
}

/// One event, by its sequence or its id.
#[utoipa::path(get, path = "/api/v1/events/{id}", tag = "events", operation_id = "getEvent",
    params(("id" = String, Path, description = "A sequence or an event id")),
    responses((status = 200, body = EventRecord), (status = 404, body = ErrorBody)))]
pub async fn show(State(site): State<Site>, Path(id): Path<String>) -> Answer<EventRecord> {
    let found = match (id.parse::<u64>(), id.parse::<Uuid>()) {
        (Ok(seq), _) => events::at(&site, seq).await?,
        (_, Ok(id)) => events::by_id(&site, id).await?,
        _ => None,
    };
    let found = found.ok_or_else(|| Problem::no_such("event", &id))?;
    Ok(Json(events::record(&found)))
}

pub(super) async fn query(site: &Site, wanted: &Wanted) -> Result<EventQuery, Problem> {
    let story = match &wanted.story {
        Some(id) => Some(find::story(site, id).await?.id.clone()),
        None => None,
    };
    let mut query = EventQuery {
        types: types(wanted.types.as_deref())?,
        correlation: wanted.correlation,
        story,
        ..EventQuery::default()
    };
    match bound("from", wanted.from.as_deref())? {
        Some(Bound::Seq(seq)) => query.from = seq,
        Some(Bound::Time(time_us)) => query.from_us = Some(time_us),
        None => {}
    }
    match bound("until", wanted.until.as_deref())? {
        Some(Bound::Seq(seq)) => query.until = Some(seq),
        Some(Bound::Time(time_us)) => query.until_us = Some(time_us),
        None => {}
    }
    Ok(query)
}

/// Where to begin or to end.
enum Bound {
    Seq(u64),
    Time(i64),
}

fn bound(field: &str, text: Option<&str>) -> Result<Option<Bound>, Problem> {
    let Some(text) = text.map(str::trim).filter(|t| !t.is_empty()) else {
        return Ok(None);
    };
    if let Ok(seq) = text.parse() {
        return Ok(Some(Bound::Seq(seq)));
    }
    // A plus that was typed into an address arrives as a blank.
    let time = errand_proto::from_rfc3339(&text.replace(' ', "+"));
    let time = time.ok_or_else(|| {
        let shown: String = text.chars().take(60).collect();
        Problem::invalid(
            field,
            format!("{shown:?} is neither a sequence nor a time such as 2026-11-25T13:00:00Z"),
        )
    })?;
    Ok(Some(Bound::Time(time)))
}

fn types(text: Option<&str>) -> Result<Vec<&'static str>, Problem> {
    let names = text
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|n| !n.is_empty());
    names
        .map(|name| match errand_proto::catalogue::find(name) {
            Some(found) => Ok(found.full_name),
            None => {
                let shown: String = name.chars().take(80).collect();
                Err(Problem::invalid(
                    "type",
                    format!("there is no event type {shown:?}"),
                ))
            }
        })
        .collect()
}
