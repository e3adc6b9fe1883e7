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

/// The largest request body.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// The whole body, if it is within the limit and UTF-8.
async fn read(request: Request) -> Result<Bytes, Problem> {
    let bytes = axum::body::to_bytes(request.into_body(), MAX_BODY_BYTES)
        .await
        .map_err(|error| refused(&error))?;
    match std::str::from_utf8(&bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(not_utf8(error.valid_up_to())),
    }
}

fn refused(error: &axum::Error) -> Problem {
    use std::error::Error as _;
    if error
        .source()
        .is_some_and(|e| e.is::<http_body_util::LengthLimitError>())
    {
        return Problem::too_large(&format!("{} KiB a request", MAX_BODY_BYTES / 1024));
    }
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
