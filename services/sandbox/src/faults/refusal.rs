//! What a vendor says when it refuses, in that vendor's own shape.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::kind::{Fault, FaultKind, Vendor};
use crate::{anthropic, linear};

/// The answer for a fault that refuses outright.
pub(super) fn refusal(fault: &Fault) -> Response {
    let (status, body) = match fault.vendor {
        Vendor::Linear => linear_refusal(fault.fault),
        Vendor::Slack => slack_refusal(fault.fault),
        Vendor::Github => github_refusal(fault.fault),
        Vendor::Git => return git_refusal(fault),
        Vendor::Llm => llm_refusal(fault.fault),
    };
    with_retry_after(fault, (status, axum::Json(body)).into_response())
}

fn with_retry_after(fault: &Fault, mut response: Response) -> Response {
    if matches!(
        fault.fault,
        FaultKind::RateLimit200 | FaultKind::RateLimit400 | FaultKind::RateLimit429
    ) {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(fault.retry_after()));
    }
    response
}

fn linear_refusal(kind: FaultKind) -> (StatusCode, Value) {
    let limited = linear::rate_limited();
    match kind {
        FaultKind::RateLimit200 => (StatusCode::OK, limited),
        FaultKind::RateLimit400 => (StatusCode::BAD_REQUEST, limited),
        FaultKind::RateLimit429 => (StatusCode::TOO_MANY_REQUESTS, limited),
        FaultKind::Refuse => (StatusCode::UNAUTHORIZED, linear::not_authenticated()),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, linear::internal_error()),
    }
}

fn slack_refusal(kind: FaultKind) -> (StatusCode, Value) {
    match kind {
        FaultKind::RateLimit200 => (StatusCode::OK, json!({"ok": false, "error": "ratelimited"})),
        FaultKind::RateLimit429 => (
            StatusCode::TOO_MANY_REQUESTS,
            json!({"ok": false, "error": "ratelimited"}),
        ),
        FaultKind::Refuse => (
            StatusCode::OK,
            json!({"ok": false, "error": "invalid_auth"}),
        ),
        _ => (
            StatusCode::INTERNAL_SERVER_ERROR,
            json!({"ok": false, "error": "internal_error"}),
        ),
    }
}

fn github_refusal(kind: FaultKind) -> (StatusCode, Value) {
    let (status, message) = match kind {
        FaultKind::RateLimit429 => (
            StatusCode::TOO_MANY_REQUESTS,
            "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
        ),
        FaultKind::Refuse => (StatusCode::UNAUTHORIZED, "Bad credentials"),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "Server Error"),
    };
    let body = json!({
        "message": message,
        "documentation_url": "https://docs.github.com/rest",
        "status": status.as_str(),
    });
    (status, body)
}

fn git_refusal(fault: &Fault) -> Response {
    match fault.fault {
        FaultKind::RateLimit429 => with_retry_after(
            fault,
            (StatusCode::TOO_MANY_REQUESTS, "Too many requests\n").into_response(),
        ),
        FaultKind::Refuse => crate::git_http::unauthorized(),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error\n").into_response(),
    }
}

fn llm_refusal(kind: FaultKind) -> (StatusCode, Value) {
    let (code, kind, message) = match kind {
        FaultKind::RateLimit429 => (
            429,
            "rate_limit_error",
            "This request would exceed your rate limit.",
        ),
        FaultKind::Overloaded529 => (529, "overloaded_error", "Overloaded"),
        FaultKind::Refuse => (401, "authentication_error", "invalid x-api-key"),
        _ => (500, "api_error", "Internal server error"),
    };
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, anthropic::error_body(kind, message))
}
