//! Request bodies: bounded, UTF-8, and understood or refused with a reason.
mod form;
mod json;
mod text;

pub use form::{Form, Live};
pub use json::JsonBody;
pub use text::{
    MAX_MESSAGE_CHARS, MAX_REASON_CHARS, MAX_TITLE_CHARS, message_text, optional, required,
};

use crate::problem::Problem;
use axum::{body::Bytes, extract::Request};
use futures::StreamExt as _;

/// The largest request body.
pub const MAX_BODY_BYTES: usize = 64 * 1024;
/// A longer body is read on and thrown away so far: a client that is still sending would otherwise meet a broken
/// connection instead of the reason.
const MAX_DISCARDED_BYTES: usize = 8 * 1024 * 1024;

/// The whole body, if it is within the limit and UTF-8.
async fn read(request: Request) -> Result<Bytes, Problem> {
    let mut chunks = request.into_body().into_data_stream();
    let (mut kept, mut seen) = (Vec::new(), 0);
    while seen <= MAX_DISCARDED_BYTES
        && let Some(chunk) = chunks.next().await
    {
        let chunk = chunk.map_err(|_| incomplete())?;
        seen += chunk.len();
        if seen <= MAX_BODY_BYTES {
            kept.extend_from_slice(&chunk);
        }
    }
    if seen > MAX_BODY_BYTES {
        return Err(Problem::too_large(&format!(
            "{} KiB a request",
            MAX_BODY_BYTES / 1024
        )));
    }
    match std::str::from_utf8(&kept) {
        Ok(_) => Ok(kept.into()),
        Err(error) => Err(not_utf8(error.valid_up_to())),
    }
}

fn incomplete() -> Problem {
    Problem::bad_request(
        "The request ended before its body was complete.",
        "Send it again.",
    )
}

fn not_utf8(at: usize) -> Problem {
    Problem::bad_request(
        format!("The text is not UTF-8: byte {at} cannot be read."),
        "Send it in UTF-8.",
    )
}
