//! One GraphQL request: bounded in time and size, the key sent as Linear wants it, the answer classified.

use std::time::{Duration, SystemTime};

use reqwest::header::{AUTHORIZATION, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::config::LinearConfig;
use super::documents::Document;
use super::error::TrackerError;
use super::pause;
use super::reply::{Answer, classify};

/// From the first byte sent to the last byte read.
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// Our largest answer, a page of teams, is a hundredth of this.
const MAX_REPLY_BYTES: usize = 2 * 1024 * 1024;
/// OAuth access tokens begin so and are sent as bearer tokens; personal keys are sent bare.
const OAUTH_TOKEN_PREFIX: &str = "lin_oauth_";

/// Sends documents to one endpoint under one key.
pub(crate) struct Transport {
    http: reqwest::Client,
    api_url: String,
    api_key: SecretString,
    pub(crate) timeout: Duration,
}

impl Transport {
    pub(crate) fn new(config: &LinearConfig, http: reqwest::Client) -> Self {
        Self {
            http,
            api_url: config.api_url.clone(),
            api_key: config.api_key.clone(),
            timeout: REQUEST_TIMEOUT,
        }
    }

    /// Sends one document and returns its `data`.
    pub(crate) async fn call(
        &self,
        document: Document,
        variables: Value,
    ) -> Result<Value, TrackerError> {
        let request = self
            .http
            .post(&self.api_url)
            .timeout(self.timeout)
            .header(AUTHORIZATION, self.authorization()?)
            .json(&json!({ "operationName": document.name, "query": document.text, "variables": variables }));
        let response = request
            .send()
            .await
            .map_err(|error| self.unreachable(document, error))?;
        let status = response.status().as_u16();
        let pause = pause::asked(response.headers(), SystemTime::now());
        let body = self.read(document, response).await?;
        classify(&Answer {
            status,
            pause,
            body: &body,
        })
        .inspect_err(
            |error| tracing::debug!(operation = document.name, %error, "Linear did not do it"),
        )
    }

    fn authorization(&self) -> Result<HeaderValue, TrackerError> {
        let key = self.api_key.expose_secret().trim();
        let header = if key.starts_with(OAUTH_TOKEN_PREFIX) {
            format!("Bearer {key}")
        } else {
            key.to_owned()
        };
        let mut header = HeaderValue::from_str(&header).map_err(|_| {
            TrackerError::Unauthorized("the key holds characters that no key has".to_owned())
        })?;
        header.set_sensitive(true);
        Ok(header)
    }

    async fn read(
        &self,
        document: Document,
        mut response: reqwest::Response,
    ) -> Result<Vec<u8>, TrackerError> {
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| self.unreachable(document, error))?
        {
            if body.len() + chunk.len() > MAX_REPLY_BYTES {
                let said = format!(
                    "{}: the answer is longer than {MAX_REPLY_BYTES} bytes",
                    document.name
                );
                return Err(TrackerError::Unavailable(said));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// Names the operation and the innermost cause, which is the one a person can act on.
    fn unreachable(&self, document: Document, error: reqwest::Error) -> TrackerError {
        if error.is_timeout() {
            let limit = self.timeout;
            return TrackerError::Unavailable(format!(
                "{}: no answer within {limit:?}",
                document.name
            ));
        }
        let error = error.without_url();
        let mut cause: &dyn std::error::Error = &error;
        while let Some(source) = cause.source() {
            cause = source;
        }
        TrackerError::Unavailable(format!("{}: {cause}", document.name))
    }
}
