use super::read;
use crate::problem::Problem;
use axum::{
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
};
use serde::de::DeserializeOwned;

/// A JSON body. An absent body reads as `{}`, so that commands without parameters need none.
pub struct JsonBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let is_json = is_json(request.headers());
        let bytes = read(request).await?;
        if bytes.is_empty() {
            return parse(b"{}").map(Self);
        }
        if !is_json {
            return Err(not_json());
        }
        parse(&bytes).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let sent = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok());
    let mime = sent
        .and_then(|sent| sent.split(';').next())
        .unwrap_or_default();
    mime.trim().eq_ignore_ascii_case("application/json")
}

fn not_json() -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "not_json",
        "The body is not marked as JSON.",
        "Send it with the header Content-Type: application/json.",
    )
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        let message = format!("The JSON body cannot be used: {error}.");
        if error.is_data() {
            let hint = "The schema of every request is at /api/openapi.json.";
            return Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message, hint);
        }
        Problem::bad_request(message, "Check the JSON at that line and column.")
    })
}
