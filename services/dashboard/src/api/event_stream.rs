use super::events::{Format, Shaped, Wanted, query};
use crate::{
    dashboard::Site,
    events::{self, Pages, SearchError},
    present::ErrorBody,
    problem::Problem,
    when,
};
use axum::{
    body::Body,
    extract::{Query, State},
    http::{HeaderValue, header},
    response::Response,
};
use bytes::Bytes;
use errand_eventlog::Page;
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use serde::Deserialize;
use std::time::Duration;
use utoipa::IntoParams;

/// An event may be stamped so much later by one machine than by another.
const CLOCKS_DIFFER_BY: Duration = Duration::from_secs(2);

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
    let pages = events::pages(&site, &query, follow).await?;
    let lines = lines(pages, wanted.format);
    let (stopped, ends_at) = (site.stop.clone(), query.until_us.filter(|_| follow));
    let ended = async move {
        tokio::select! {
            () = stopped.cancelled() => {}
            () = passed(ends_at) => {}
        }
    };
    let mut response = Response::new(Body::from_stream(lines.take_until(Box::pin(ended))));
    let mime = HeaderValue::from_static("application/jsonl");
    response.headers_mut().insert(header::CONTENT_TYPE, mime);
    Ok(response)
}

/// One chunk a page. What breaks a stream off can only be told here.
fn lines(pages: Pages, format: Format) -> impl Stream<Item = Result<Bytes, SearchError>> {
    pages
        .map_ok(move |page| chunk(&page, format))
        .inspect_err(|error| tracing::warn!(%error, "a stream of events broke off"))
        .try_filter(|chunk| std::future::ready(!chunk.is_empty()))
}

fn chunk(page: &Page, format: Format) -> Bytes {
    let mut out = Vec::new();
    for event in &page.events {
        // Our records are plain structs, which always serialise.
        if serde_json::to_writer(&mut out, &Shaped::of(event, format)).is_ok() {
            out.push(b'\n');
        }
    }
    Bytes::from(out)
}

/// Waits until no event of that time can come any more; without a time for ever.
async fn passed(time_us: Option<i64>) {
    let Some(time_us) = time_us else {
        return std::future::pending().await;
    };
    let left = time_us.saturating_sub(when::now_us()).max(0);
    tokio::time::sleep(Duration::from_micros(left.unsigned_abs()) + CLOCKS_DIFFER_BY).await;
}
