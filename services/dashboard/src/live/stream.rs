//! `GET /events`: one client's stream.
use super::{frame, rooms::Seat};
use crate::{dashboard::Site, fragments::Scope, problem::Problem};
use axum::{
    body::Body,
    extract::{Query, State},
    http::{HeaderValue, header},
    response::Response,
};
use bytes::Bytes;
use futures::{Stream, StreamExt as _, stream};
use std::{convert::Infallible, time::Duration};
use tokio::sync::broadcast::error::RecvError;

const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(15);

#[derive(serde::Deserialize)]
pub struct Wanted {
    scope: String,
}

/// Sends everything as it is, then what changes; news of conversations along with it, because a browser opens only six
/// connections to one host. `Last-Event-ID` needs no answer of its own for that reason.
pub async fn events(
    State(site): State<Site>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let scope: Scope = wanted.scope.parse()?;
    exists(&site, &scope).await?;
    let inbox = site.rooms().enter(&site, Scope::Inbox)?;
    let seat = site.rooms().enter(&site, scope)?;
    let first = [Some(frame::RETRY), seat.whole.clone(), inbox.whole.clone()];
    let first = stream::iter(first).filter_map(std::future::ready);
    // axum's graceful shutdown waits for open streams, so they must end by themselves.
    let stopped = site.stop.clone().cancelled_owned();
    let frames = first
        .chain(stream::select(patches(seat), patches(inbox)))
        .take_until(stopped)
        .map(Ok::<_, Infallible>);
    let mut response = Response::new(Body::from_stream(frames));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream"),
    );
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

fn patches(seat: Seat) -> impl Stream<Item = Bytes> {
    stream::unfold(seat, |mut seat| async move {
        let next = tokio::time::timeout(KEEP_ALIVE_INTERVAL, seat.patches.recv()).await;
        let frame = match next {
            Ok(Ok(patch)) => patch,
            Ok(Err(RecvError::Lagged(_))) => {
                let (whole, patches) = seat.room.enter();
                seat.patches = patches;
                whole.unwrap_or(frame::KEEP_ALIVE)
            }
            Ok(Err(RecvError::Closed)) => return None,
            Err(_) => frame::KEEP_ALIVE,
        };
        Some((frame, seat))
    })
}

/// A stream of nothing would stay open for ever.
async fn exists(site: &Site, scope: &Scope) -> Result<(), Problem> {
    let found = match scope {
        Scope::Conversation(id) => site.db().conversation(id).await?.is_some(),
        Scope::Batch(id) => site.db().batch(id).await?.is_some(),
        Scope::Story(id) => site.db().story(id).await?.is_some(),
        Scope::Project(_) | Scope::Queue | Scope::Health | Scope::Inbox => true,
    };
    match found {
        true => Ok(()),
        false => Err(Problem::no_such("scope", &scope.to_string())),
    }
}
