//! `POST /anthropic/v1/messages`.

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::conversation::Conversation;
use super::problem::{Problem, request_id};
use super::request::{self, MessagesRequest};
use super::{head_of_product, stream, usage};
use crate::Sandbox;
use crate::faults::{Vendor, answer};

/// Lets one request choose its pace: milliseconds between two pieces.
const PACE_HEADER: &str = "x-sandbox-pace-ms";
const MAX_PACE_MS: u64 = 10_000;

pub(super) async fn messages(State(sandbox): State<Sandbox>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let pace = pace(&parts.headers).unwrap_or(sandbox.word_pace());
    let handle = async {
        let answered = request::read(&parts.headers, body)
            .await
            .map(|request| speak(&request, pace));
        let mut response = answered.unwrap_or_else(Problem::into_response);
        if let Ok(id) = HeaderValue::from_str(&request_id()) {
            response
                .headers_mut()
                .insert(HeaderName::from_static("request-id"), id);
        }
        response
    };
    answer(&sandbox, Vendor::Llm, "messages", handle).await
}

fn speak(request: &MessagesRequest, pace: Duration) -> Response {
    let reply = head_of_product::answer(&Conversation::of(request)).within(request.max_tokens);
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
