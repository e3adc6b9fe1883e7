//! One request to the code host: addressed, authorised, bounded in time and size.

use std::time::Duration;

use futures::StreamExt;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue, USER_AGENT};
use reqwest::{Method, RequestBuilder, Response, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
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

/// A client of GitHub's REST interface, as far as pull requests need it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct GitHub {
    base: Url,
    token: SecretString,
    http: reqwest::Client,
    timeout: Duration,
}

impl GitHub {
    /// A client of the interface at `base_url` (`https://api.github.com`, or a path such as
    /// `http://127.0.0.1:7171/github`).
    ///
    /// # Errors
    /// [`CodeHostError::BadAddress`] when `base_url` is no http(s) address.
    pub fn new(
        base_url: &str,
        token: SecretString,
        http: reqwest::Client,
    ) -> Result<Self, CodeHostError> {
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
            token,
            http,
            timeout: REQUEST_TIMEOUT,
        })
    }

    /// The same client with another bound for one request.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The pull requests of a repository, with `more` after them in the path.
    pub(super) fn pulls(&self, owner: &str, repo: &str, more: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty()
                .extend(["repos", owner, repo, "pulls"])
                .extend(more);
        }
        url
    }

    /// The owner of the token.
    pub(super) fn user(&self) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push("user");
        }
        url
    }

    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        url: Url,
        what: &str,
    ) -> Result<T, CodeHostError> {
        self.answer(self.request(Method::GET, url), what).await
    }

    pub(super) async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        url: Url,
        body: &(impl Serialize + Sync),
        what: &str,
    ) -> Result<T, CodeHostError> {
        self.answer(self.request(method, url).json(body), what)
            .await
    }

    fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let mut request = self
            .http
            .request(method, url)
            .timeout(self.timeout)
            .header(ACCEPT, MEDIA_TYPE)
            .header(USER_AGENT, AGENT)
            .header("X-GitHub-Api-Version", API_VERSION);
        if let Ok(mut credential) =
            HeaderValue::from_str(&format!("Bearer {}", self.token.expose_secret()))
        {
            credential.set_sensitive(true);
            request = request.header(AUTHORIZATION, credential);
        }
        request
    }

    async fn answer<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        what: &str,
    ) -> Result<T, CodeHostError> {
        let response = request.send().await.map_err(|error| unavailable(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = bounded_body(response).await?;
        if !status.is_success() {
            return Err(refusal_of(status, &headers, &body, what));
        }
        serde_json::from_slice(&body).map_err(|error| CodeHostError::Unavailable {
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
