//! The style sheet, the script and the icons, compiled into the program.
use crate::problem::Problem;
use axum::{
    body::Body,
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::{fmt::Write as _, sync::LazyLock};

#[derive(rust_embed::Embed)]
#[folder = "assets/"]
struct Files;

/// Pages name the version in the address, so a browser may keep what it got for a year.
const CACHE_FOR_EVER: &str = "public, max-age=31536000, immutable";
const HASH_BYTES_SHOWN: usize = 6;

/// Changes whenever any of the files changes.
pub static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = [0_u8; 32];
    for file in Files::iter().filter_map(|name| Files::get(&name)) {
        let bytes = file.metadata.sha256_hash();
        hash.iter_mut().zip(bytes).for_each(|(h, b)| *h ^= b);
    }
    hash[..HASH_BYTES_SHOWN]
        .iter()
        .fold(String::new(), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
});

/// `GET /assets/{version}/{name}`; the version is not looked at.
pub async fn serve(Path((_, name)): Path<(String, String)>, request: HeaderMap) -> Response {
    let Some(file) = Files::get(&name) else {
        return Problem::no_such("file", &name).into_response();
    };
    let etag = format!("\"{}\"", *VERSION);
    if request
        .get(header::IF_NONE_MATCH)
        .is_some_and(|sent| sent.as_bytes() == etag.as_bytes())
    {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let mut response = Response::new(Body::from(file.data));
    let headers = response.headers_mut();
    let mime = HeaderValue::from_str(file.metadata.mimetype());
    headers.extend(mime.ok().map(|mime| (header::CONTENT_TYPE, mime)));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(CACHE_FOR_EVER),
    );
    headers.extend(
        HeaderValue::from_str(&etag)
            .ok()
            .map(|etag| (header::ETAG, etag)),
    );
    response
}
