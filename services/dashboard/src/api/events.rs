use super::{find, stories::sessions_of};
use crate::{
    dashboard::Site,
    events::{self, CloudEvent, EventQuery, EventRecord, MAX_EVENTS},
    present::ErrorBody,
    problem::Problem,
    records,
};
use axum::{
    Json,
    extract::{Query, State},
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
    /// The first sequence.
    #[serde(default)]
    pub from: u64,
    /// The last sequence.
    pub until: Option<u64>,
    /// Only the events of this story and its sessions.
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

pub(super) async fn query(site: &Site, wanted: &Wanted) -> Result<EventQuery, Problem> {
    let subjects = match &wanted.story {
        Some(id) => {
            let story = find::story(site, id).await?;
            let sessions = sessions_of(site, &story.id).await?;
            Some(events::subjects(site, &story.id, &sessions)?)
        }
        None => None,
    };
    Ok(EventQuery {
        from: wanted.from,
        until: wanted.until,
        types: types(wanted.types.as_deref())?,
        correlation: wanted.correlation,
        subjects,
    })
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
