//! One call of the Web API: bounded in time and size, the token in the header, the answer classified.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::config::SlackConfig;
use super::error::MessengerError;
use super::reply::classify;

/// From the first byte sent to the last byte read.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// A page of a channel's history is our largest answer and far below this.
const MAX_REPLY_BYTES: usize = 16 * 1024 * 1024;
/// Slack warns about JSON without it.
const JSON_UTF8: &str = "application/json; charset=utf-8";

/// Calls methods under one token.
pub(crate) struct Transport {
    http: reqwest::Client,
    root: String,
    token: SecretString,
    pub(crate) timeout: Duration,
}

impl Transport {
    pub(crate) fn new(config: &SlackConfig, http: reqwest::Client) -> Self {
        let root = format!("{}/", config.api_url.trim_end_matches('/'));
        Self {
            http,
            root,
            token: config.token.clone(),
            timeout: REQUEST_TIMEOUT,
        }
    }

    /// Calls a method that changes something, which takes JSON.
    pub(crate) async fn write(
        &self,
        method: &str,
        body: &Value,
    ) -> Result<Map<String, Value>, MessengerError> {
        let channel = body
            .get("channel")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let request = self
            .http
            .post(self.url(method)?)
            .header(CONTENT_TYPE, JSON_UTF8)
            .body(body.to_string());
        self.send(method, channel, request).await
    }

    /// Calls a method that only tells something, which takes its parameters in the address.
    pub(crate) async fn read(
        &self,
        method: &str,
        query: &[(&str, &str)],
    ) -> Result<Map<String, Value>, MessengerError> {
        let mut url = self.url(method)?;
        url.query_pairs_mut().extend_pairs(query);
        let channel = query
            .iter()
            .find(|(name, _)| *name == "channel")
            .map_or("", |(_, channel)| *channel);
        self.send(method, channel, self.http.get(url)).await
    }

    async fn send(
        &self,
        method: &str,
        channel: &str,
        request: RequestBuilder,
    ) -> Result<Map<String, Value>, MessengerError> {
        let request = request
            .timeout(self.timeout)
            .header(AUTHORIZATION, self.authorization()?);
        let response = request
            .send()
            .await
            .map_err(|error| self.unreachable(method, error))?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = self.body(method, response).await?;
        classify(status, &headers, &body, channel)
            .inspect_err(|error| tracing::debug!(method, %error, "Slack did not do it"))
    }

    async fn body(
        &self,
        method: &str,
        mut response: reqwest::Response,
    ) -> Result<Vec<u8>, MessengerError> {
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| self.unreachable(method, error))?
        {
            if body.len() + chunk.len() > MAX_REPLY_BYTES {
                let said = format!("{method}: the answer is longer than {MAX_REPLY_BYTES} bytes");
                return Err(MessengerError::Unavailable(said));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn url(&self, method: &str) -> Result<Url, MessengerError> {
        Url::parse(&format!("{}{method}", self.root)).map_err(|error| {
            MessengerError::Invalid(format!(
                "the API's address {:?} is none: {error}",
                self.root
            ))
        })
    }

    fn authorization(&self) -> Result<HeaderValue, MessengerError> {
        let mut header =
            HeaderValue::from_str(&format!("Bearer {}", self.token.expose_secret().trim()))
                .map_err(|_| {
                    MessengerError::Unauthorized(
                        "the token holds characters that no token has".to_owned(),
                    )
                })?;
        header.set_sensitive(true);
        Ok(header)
    }

    /// Names the method and the innermost cause, which is the one a person can act on.
    fn unreachable(&self, method: &str, error: reqwest::Error) -> MessengerError {
        if error.is_timeout() {
            return MessengerError::Unavailable(format!(
                "{method}: no answer within {:?}",
                self.timeout
            ));
        }
        let error = error.without_url();
        let mut cause: &dyn std::error::Error = &error;
        while let Some(source) = cause.source() {
            cause = source;
        }
        MessengerError::Unavailable(format!("{method}: {cause}"))
    }
}
