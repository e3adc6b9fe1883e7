use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

const CSS: &str = include_str!("../../assets/sandbox.css");
const LIVE: &str = include_str!("../../assets/live.js");
const AVATAR: &str = include_str!("../../assets/avatar.svg");

/// The few files that pages need; browsers may keep them for a minute.
pub(super) async fn asset(Path(name): Path<String>) -> Response {
    let (kind, content) = match name.as_str() {
        "sandbox.css" => ("text/css; charset=utf-8", CSS),
        "live.js" => ("text/javascript; charset=utf-8", LIVE),
        "avatar.svg" => ("image/svg+xml", AVATAR),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    (
        [
            (header::CONTENT_TYPE, kind),
            (header::CACHE_CONTROL, "max-age=60"),
        ],
        content,
    )
        .into_response()
}
