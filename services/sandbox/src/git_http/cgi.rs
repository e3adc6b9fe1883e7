//! The head of a CGI answer.

use axum::http::{HeaderName, HeaderValue, StatusCode};
use thiserror::Error;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

const MAX_HEAD_BYTES: u64 = 64 * 1024;

/// Status and headers, read up to the empty line.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
}

/// Why git's answer could not be understood.
#[derive(Debug, Error)]
pub(super) enum HeadError {
    /// Reading failed.
    #[error("reading git's answer failed: {0}")]
    Read(#[from] std::io::Error),
    /// git ended before it had answered.
    #[error("git ended without an answer")]
    NoAnswer,
    /// A line that is no header.
    #[error("git answered with a line that is no header")]
    Malformed,
}

/// Reads the head and leaves the reader at the first byte of the body.
pub(super) async fn read_head(reader: &mut (impl AsyncBufRead + Unpin)) -> Result<Head, HeadError> {
    let mut head = Head {
        status: StatusCode::OK,
        headers: Vec::new(),
    };
    let mut left = MAX_HEAD_BYTES;
    loop {
        let mut line = Vec::new();
        let read = (&mut *reader)
            .take(left)
            .read_until(b'\n', &mut line)
            .await?;
        left -= read as u64;
        if !line.ends_with(b"\n") {
            return Err(HeadError::NoAnswer);
        }
        let line = line.trim_ascii();
        if line.is_empty() {
            return Ok(head);
        }
        add_line(&mut head, line)?;
    }
}

fn add_line(head: &mut Head, line: &[u8]) -> Result<(), HeadError> {
    let colon = line
        .iter()
        .position(|byte| *byte == b':')
        .ok_or(HeadError::Malformed)?;
    let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
    if name.eq_ignore_ascii_case(b"status") {
        let code = value.get(..3).ok_or(HeadError::Malformed)?;
        head.status = StatusCode::from_bytes(code).map_err(|_| HeadError::Malformed)?;
        return Ok(());
    }
    let name = HeaderName::from_bytes(name).map_err(|_| HeadError::Malformed)?;
    let value = HeaderValue::from_bytes(value).map_err(|_| HeadError::Malformed)?;
    head.headers.push((name, value));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_head_is_read_up_to_the_empty_line() {
        let mut answer: &[u8] = b"Status: 404 Not Found\r\nContent-Type: text/plain\r\n\r\nbody";
        let head = read_head(&mut answer).await.expect("a head");
        assert_eq!(head.status, StatusCode::NOT_FOUND);
        assert_eq!(head.headers.len(), 1);
        assert_eq!(answer, b"body");
    }

    #[tokio::test]
    async fn an_answer_that_ends_early_is_an_error() {
        let mut answer: &[u8] = b"Content-Type: text/plain\r\n";
        assert!(matches!(
            read_head(&mut answer).await,
            Err(HeadError::NoAnswer)
        ));
        let mut empty: &[u8] = b"";
        assert!(matches!(
            read_head(&mut empty).await,
            Err(HeadError::NoAnswer)
        ));
    }
}
