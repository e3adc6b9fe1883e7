//! Anthropic's error shape.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use uuid::Uuid;

/// Why a request was refused.
#[derive(Debug)]
pub(super) enum Problem {
    NoKey,
    Invalid(String),
    TooLarge(String),
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, kind, message) = match self {
            Self::NoKey => (
                StatusCode::UNAUTHORIZED,
                "authentication_error",
                "x-api-key header is required".to_owned(),
            ),
            Self::Invalid(message) => (StatusCode::BAD_REQUEST, "invalid_request_error", message),
            Self::TooLarge(message) => {
                (StatusCode::PAYLOAD_TOO_LARGE, "request_too_large", message)
            }
        };
        (status, Json(error_body(kind, &message))).into_response()
    }
}

/// `{"type": "error", "error": {"type", "message"}, "request_id"}`.
pub(crate) fn error_body(kind: &str, message: &str) -> Value {
    json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": request_id()})
}

/// A new request id, as in the header `request-id`.
pub(super) fn request_id() -> String {
    format!("req_{}", Uuid::new_v4().simple())
}
