//! One request to the code host: addressed, authorised, bounded in time and size.

use std::time::Duration;

use futures::StreamExt;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, USER_AGENT};
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;

use super::CodeHostError;
use super::refusal::refusal_of;

/// How long one request may take, from connecting to the last byte of the answer.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

/// The longest answer that is read: a hundred pull requests with long bodies.
const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;

const MEDIA_TYPE: &str = "application/vnd.github+json";
const API_VERSION: &str = "2022-11-28";
const AGENT: &str = concat!("errand/", env!("CARGO_PKG_VERSION"));

/// The way to one code host. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Transport {
    base: Url,
    http: reqwest::Client,
    timeout: Duration,
}

/// An answer, read to its end, whatever it says.
pub(super) struct Answered {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Transport {
    pub(super) fn new(base_url: &str, http: reqwest::Client) -> Result<Self, CodeHostError> {
        let bad = || CodeHostError::BadAddress {
            url: base_url.to_owned(),
        };
        let base = Url::parse(base_url).map_err(|_| bad())?;
        if !matches!(base.scheme(), "http" | "https")
            || !base.has_host()
            || !base.username().is_empty()
        {
            return Err(bad());
        }
        Ok(Self {
            base,
            http,
            timeout: REQUEST_TIMEOUT,
        })
    }

    pub(super) fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The address of `path` below the interface.
    pub(super) fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    pub(super) fn request(&self, method: Method, url: Url, token: &SecretString) -> RequestBuilder {
        let mut request = self
            .http
            .request(method, url)
            .timeout(self.timeout)
            .header(ACCEPT, MEDIA_TYPE)
            .header(USER_AGENT, AGENT)
            .header("X-GitHub-Api-Version", API_VERSION);
        if let Ok(mut credential) =
            HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))
        {
            credential.set_sensitive(true);
            request = request.header(AUTHORIZATION, credential);
        }
        request
    }

    pub(super) async fn send(request: RequestBuilder) -> Result<Answered, CodeHostError> {
        let response = request.send().await.map_err(|error| unavailable(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = bounded_body(response).await?;
        Ok(Answered {
            status,
            headers,
            body,
        })
    }
}

impl Answered {
    /// The body of a success, or what the refusal means.
    pub(super) fn read<T: DeserializeOwned>(&self, what: &str) -> Result<T, CodeHostError> {
        if !self.status.is_success() {
            return Err(refusal_of(self.status, &self.headers, &self.body, what));
        }
        serde_json::from_slice(&self.body).map_err(|error| CodeHostError::Unavailable {
            detail: format!("an answer that cannot be read: {error}"),
        })
    }
}

async fn bounded_body(response: Response) -> Result<Vec<u8>, CodeHostError> {
    let mut body = Vec::new();
    let mut pieces = response.bytes_stream();
    while let Some(piece) = pieces.next().await {
        body.extend_from_slice(&piece.map_err(|error| unavailable(&error))?);
        if body.len() > MAX_ANSWER_BYTES {
            let detail = format!("an answer longer than {MAX_ANSWER_BYTES} bytes, the limit");
            return Err(CodeHostError::Unavailable { detail });
        }
    }
    Ok(body)
}

fn unavailable(error: &reqwest::Error) -> CodeHostError {
    let detail = if error.is_timeout() {
        "no answer in time".to_owned()
    } else if error.is_connect() {
        "no connection".to_owned()
    } else {
        // The address may be long and is known to the caller; the cause is what tells.
        std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
    };
    CodeHostError::Unavailable { detail }
}
