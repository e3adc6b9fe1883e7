//! `POST /anthropic/v1/messages` and `/count_tokens`.

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::conversation::Conversation;
use super::problem::{Problem, request_id};
use super::request::{self, MessagesRequest};
use super::{coding_agent, head_of_product, stream, usage};
use crate::Sandbox;
use crate::faults::{Vendor, answer};

/// Lets one request choose its pace: milliseconds between two pieces.
const PACE_HEADER: &str = "x-sandbox-pace-ms";
const MAX_PACE_MS: u64 = 10_000;

pub(super) async fn messages(State(sandbox): State<Sandbox>, request: Request) -> Response {
    let pace = pace(request.headers()).unwrap_or(sandbox.word_pace());
    let speak = |request: &MessagesRequest| speak(request, pace);
    answer(
        &sandbox,
        Vendor::Llm,
        "messages",
        respond(request, request::read, speak),
    )
    .await
}

pub(super) async fn count_tokens(State(sandbox): State<Sandbox>, request: Request) -> Response {
    let count = |request: &MessagesRequest| {
        Json(json!({"input_tokens": usage::input_tokens(request)})).into_response()
    };
    let handle = respond(request, request::read_to_count, count);
    answer(&sandbox, Vendor::Llm, "count_tokens", handle).await
}

async fn respond<R>(
    request: Request,
    read: impl FnOnce(HeaderMap, Body) -> R,
    with: impl FnOnce(&MessagesRequest) -> Response,
) -> Response
where
    R: Future<Output = Result<MessagesRequest, Problem>>,
{
    let (parts, body) = request.into_parts();
    let answered = read(parts.headers, body).await.map(|it| with(&it));
    let mut response = answered.unwrap_or_else(Problem::into_response);
    if let Ok(id) = HeaderValue::from_str(&request_id()) {
        let name = HeaderName::from_static("request-id");
        response.headers_mut().insert(name, id);
    }
    response
}

fn speak(request: &MessagesRequest, pace: Duration) -> Response {
    let reply = if coding_agent::is_coding_agent(request) {
        coding_agent::answer(request)
    } else {
        head_of_product::answer(&Conversation::of(request))
    };
    let reply = reply.within(request.max_tokens);
    let input_tokens = usage::input_tokens(request);
    if !request.stream {
        return Json(reply.message(&request.model, input_tokens)).into_response();
    }
    let body = Body::from_stream(stream::stream(&reply, &request.model, input_tokens, pace));
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, body).into_response()
}

fn pace(headers: &HeaderMap) -> Option<Duration> {
    let millis: u64 = headers
        .get(PACE_HEADER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_millis(millis.min(MAX_PACE_MS)))
}
