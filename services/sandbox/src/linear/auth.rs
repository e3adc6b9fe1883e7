use axum::http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use super::refusal;

/// Personal keys begin so; Linear refuses them behind `Bearer`, which is for OAuth tokens.
const PERSONAL_KEY_PREFIX: &str = "lin_api_";

/// Any key or token is good here, in the form that Linear takes it.
pub(super) fn check(headers: &HeaderMap) -> Result<(), (StatusCode, Value)> {
    let header = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .trim();
    let token = header.strip_prefix("Bearer").map(str::trim);
    match token {
        _ if header.is_empty() => Err((StatusCode::UNAUTHORIZED, refusal::not_authenticated())),
        Some("") => Err((StatusCode::UNAUTHORIZED, refusal::not_authenticated())),
        Some(token) if token.starts_with(PERSONAL_KEY_PREFIX) => {
            Err((StatusCode::BAD_REQUEST, refusal::key_as_bearer()))
        }
        _ => Ok(()),
    }
}
