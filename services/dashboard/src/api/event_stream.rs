use super::events::{Shaped, Wanted, query};
use crate::{dashboard::Site, events::EventQuery, present::ErrorBody, problem::Problem};
use axum::{
    body::Body,
    extract::{Query, State},
    http::{HeaderValue, header},
    response::Response,
};
use bytes::Bytes;
use errand_eventlog::{LogError, Page};
use futures::{Stream, StreamExt as _, stream};
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Follow {
    /// Goes on with what comes, until the client ends it. Without it the stream ends at the present head.
    #[serde(default)]
    follow: bool,
}

/// Events as JSON lines, for export and for following the log. `limit` does not count here.
#[utoipa::path(get, path = "/api/v1/events/stream", tag = "events", operation_id = "streamEvents",
    params(Wanted, Follow),
    responses((status = 200, body = String, content_type = "application/jsonl"), (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub async fn stream(
    State(site): State<Site>,
    Query(wanted): Query<Wanted>,
    Query(Follow { follow }): Query<Follow>,
) -> Result<Response, Problem> {
    let query = query(&site, &wanted).await?;
    let pages = site.log.read(query.filter(), query.start(), follow).await?;
    let lines = lines(pages, query, wanted);
    let stopped = site.stop.clone().cancelled_owned();
    let mut response = Response::new(Body::from_stream(lines.take_until(stopped)));
    let mime = HeaderValue::from_static("application/jsonl");
    response.headers_mut().insert(header::CONTENT_TYPE, mime);
    Ok(response)
}

/// One chunk a page; it ends after the last wanted sequence.
fn lines(
    pages: impl Stream<Item = Result<Page, LogError>>,
    query: EventQuery,
    wanted: Wanted,
) -> impl Stream<Item = Result<Bytes, LogError>> {
    let chunks = pages.scan(false, move |past, page| {
        if *past {
            return std::future::ready(None);
        }
        let chunk = page.map(|page| {
            *past = query.is_past(page.through);
            chunk(&page, &query, &wanted)
        });
        std::future::ready(Some(chunk))
    });
    chunks.flat_map(|chunk| {
        let empty = chunk.as_ref().is_ok_and(Bytes::is_empty);
        stream::iter((!empty).then_some(chunk))
    })
}

fn chunk(page: &Page, query: &EventQuery, wanted: &Wanted) -> Bytes {
    let mut out = Vec::new();
    for event in page.events.iter().filter(|e| query.matches(e)) {
        // Our records are plain structs, which always serialise.
        if serde_json::to_writer(&mut out, &Shaped::of(event, wanted.format)).is_ok() {
            out.push(b'\n');
        }
    }
    Bytes::from(out)
}
