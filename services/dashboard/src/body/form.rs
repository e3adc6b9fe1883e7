use super::{not_utf8, read};
use crate::problem::Problem;
use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, HeaderName, header, request::Parts},
};
use serde::de::DeserializeOwned;
use std::convert::Infallible;

/// Sent by live.js: the answer shall be fragments instead of a redirect.
pub const LIVE_HEADER: HeaderName = HeaderName::from_static("x-errand-live");

/// Whether live.js sent the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Live(pub bool);

impl Live {
    pub fn of(headers: &HeaderMap) -> Self {
        Self(headers.contains_key(LIVE_HEADER))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Live {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// A form as browsers send it.
pub struct Form<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = read(request).await?;
        if let Some(at) = first_byte_not_utf8(&bytes) {
            return Err(not_utf8(at));
        }
        let form = Request::post("/")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(bytes))
            .map_err(|error| Problem::internal(&error))?;
        match axum::Form::<T>::from_request(form, state).await {
            Ok(axum::Form(value)) => Ok(Self(value)),
            Err(error) => Err(Problem::bad_request(
                format!("The form cannot be used: {error}."),
                "Reload the page and try again.",
            )),
        }
    }
}

/// Percent-encoding can hide bytes that are no text; the usual decoder would replace them silently.
fn first_byte_not_utf8(encoded: &[u8]) -> Option<usize> {
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let [first, tail @ ..] = rest {
        rest = tail;
        decoded.push(match (first, tail) {
            (b'%', [high, low, after @ ..]) => match hex(*high, *low) {
                Some(byte) => {
                    rest = after;
                    byte
                }
                None => b'%',
            },
            _ => *first,
        });
    }
    std::str::from_utf8(&decoded).err().map(|e| e.valid_up_to())
}

fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |b: u8| char::from(b).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::first_byte_not_utf8;

    #[test]
    fn hidden_bytes_that_are_no_text_are_found() {
        assert_eq!(first_byte_not_utf8(b"text=%C3%A4%zz%"), None);
        assert_eq!(first_byte_not_utf8(b"text=%ff"), Some(5));
    }
}
