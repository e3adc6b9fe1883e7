//! Reading request bodies within a limit.

use axum::body::Body;
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use thiserror::Error;

/// Why a body could not be read.
#[derive(Debug, Error)]
pub(crate) enum BodyError {
    /// It is longer than allowed here.
    #[error("the body is longer than the {limit} bytes allowed here")]
    TooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// The client went away.
    #[error("the body ended early")]
    Broken,
}

/// The whole body, at most `limit` bytes.
pub(crate) async fn collect(body: Body, limit: usize) -> Result<Bytes, BodyError> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(problem) if problem.is::<LengthLimitError>() => Err(BodyError::TooLong { limit }),
        Err(_) => Err(BodyError::Broken),
    }
}
