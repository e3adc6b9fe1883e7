//! The API of a running Errand, as the commands use it.
use anyhow::{Context, bail};
use futures::{StreamExt, stream::BoxStream};
use reqwest::{
    Method, RequestBuilder, Response, StatusCode,
    header::{AUTHORIZATION, HeaderMap, HeaderValue},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use std::time::Duration;

/// Sent along with every request, if it is set.
const ACCESS_TOKEN: &str = "ERRAND_ACCESS_TOKEN";
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A longer line in a stream of events is no event of ours.
const MAX_LINE_BYTES: usize = 4 * 1024 * 1024;

pub struct Api {
    url: String,
    http: reqwest::Client,
}

impl Api {
    /// # Errors
    /// The URL is not one.
    pub fn new(url: &str) -> anyhow::Result<Self> {
        reqwest::Url::parse(url).with_context(|| format!("--url {url:?} is no URL"))?;
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .default_headers(authorization()?)
            .build()
            .context("the HTTP client cannot be built")?;
        Ok(Self {
            url: url.trim_end_matches('/').to_owned(),
            http,
        })
    }

    /// The address of a page, for people.
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// # Errors
    /// Errand is not there, or says no; the message says why.
    pub async fn get(&self, path: &str, query: &[(&str, String)]) -> anyhow::Result<Value> {
        let request = self.request(Method::GET, path).query(query);
        self.answer(request.timeout(REQUEST_TIMEOUT)).await
    }

    /// `None` when there is no such record.
    ///
    /// # Errors
    /// Errand is not there, or says no; the message says why.
    pub async fn find(&self, path: &str) -> anyhow::Result<Option<Value>> {
        let request = self.request(Method::GET, path).timeout(REQUEST_TIMEOUT);
        let response = self.send(request).await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        self.read(self.accepted(response).await?).await.map(Some)
    }

    /// # Errors
    /// Errand is not there, or says no; the message says why.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self.request(Method::POST, path).json(body);
        self.answer(request.timeout(REQUEST_TIMEOUT)).await
    }

    /// # Errors
    /// Errand is not there, or says no; the message says why.
    pub async fn patch(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self.request(Method::PATCH, path).json(body);
        self.answer(request.timeout(REQUEST_TIMEOUT)).await
    }

    /// # Errors
    /// Errand is not there, or says no; the message says why.
    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self.request(Method::POST, path).json(body);
        let request = request.header("Idempotency-Key", key);
        self.answer(request.timeout(REQUEST_TIMEOUT)).await
    }

    /// # Errors
    /// Errand is not there, or says no; the message says why.
    pub async fn delete(&self, path: &str) -> anyhow::Result<Value> {
        let request = self.request(Method::DELETE, path);
        self.answer(request.timeout(REQUEST_TIMEOUT)).await
    }

    /// JSON lines as they come.
    ///
    /// # Errors
    /// Errand is not there, or says no; the message says why.
    pub async fn lines(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> anyhow::Result<BoxStream<'static, anyhow::Result<String>>> {
        let request = self.request(Method::GET, path).query(query);
        let response = self.sent(request).await?;
        Ok(lines(response).boxed())
    }

    /// JSON lines as they come, of work that takes a while.
    ///
    /// # Errors
    /// Errand is not there, or says no; the message says why.
    pub async fn post_lines(
        &self,
        path: &str,
    ) -> anyhow::Result<BoxStream<'static, anyhow::Result<String>>> {
        let response = self.sent(self.request(Method::POST, path)).await?;
        Ok(lines(response).boxed())
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    async fn answer(&self, request: RequestBuilder) -> anyhow::Result<Value> {
        self.read(self.sent(request).await?).await
    }

    async fn read(&self, response: Response) -> anyhow::Result<Value> {
        let body = response.bytes().await;
        let body = body.with_context(|| format!("the answer of {} was cut", self.url))?;
        if body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&body)
            .with_context(|| format!("{} did not answer with JSON: is it an Errand?", self.url))
    }

    async fn sent(&self, request: RequestBuilder) -> anyhow::Result<Response> {
        self.accepted(self.send(request).await?).await
    }

    async fn send(&self, request: RequestBuilder) -> anyhow::Result<Response> {
        request.send().await.with_context(|| {
            format!(
                "no Errand answers at {}: start one with `errand up`, or name it with --url",
                self.url
            )
        })
    }

    async fn accepted(&self, response: Response) -> anyhow::Result<Response> {
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let body: Value = response.json().await.unwrap_or_default();
        let error = &body["error"];
        match (error["message"].as_str(), error["hint"].as_str()) {
            (Some(message), Some(hint)) if !hint.is_empty() => bail!("{message} ({hint})"),
            (Some(message), _) => bail!("{message}"),
            _ => bail!("{} answered {status}", self.url),
        }
    }
}

/// The access token, where there is one.
pub fn access_token() -> Option<SecretString> {
    let token = std::env::var(ACCESS_TOKEN).unwrap_or_default();
    let token = token.trim();
    (!token.is_empty()).then(|| token.into())
}

fn authorization() -> anyhow::Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    if let Some(token) = access_token() {
        let bearer = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()));
        // The cause would show the token.
        let mut bearer = bearer.map_err(|_| {
            anyhow::anyhow!("{ACCESS_TOKEN} has characters that no header can carry")
        })?;
        bearer.set_sensitive(true);
        headers.insert(AUTHORIZATION, bearer);
    }
    Ok(headers)
}

fn lines(response: Response) -> impl futures::Stream<Item = anyhow::Result<String>> + Send {
    let state = (response, Vec::new(), false);
    futures::stream::unfold(state, |(mut response, mut buffer, ended)| async move {
        loop {
            if let Some(end) = buffer.iter().position(|b| *b == b'\n') {
                let line: Vec<u8> = buffer.drain(..=end).collect();
                let line = String::from_utf8_lossy(&line).trim_end().to_owned();
                return Some((Ok(line), (response, buffer, ended)));
            }
            if ended {
                return None;
            }
            match response.chunk().await {
                Ok(Some(chunk)) if buffer.len() + chunk.len() <= MAX_LINE_BYTES => {
                    buffer.extend_from_slice(&chunk);
                }
                Ok(Some(_)) => {
                    let error = anyhow::anyhow!("a line is longer than {MAX_LINE_BYTES} bytes");
                    return Some((Err(error), (response, Vec::new(), true)));
                }
                Ok(None) if buffer.is_empty() => return None,
                Ok(None) => return Some((Err(cut()), (response, Vec::new(), true))),
                Err(_) => return Some((Err(cut()), (response, Vec::new(), true))),
            }
        }
    })
}

fn cut() -> anyhow::Error {
    anyhow::anyhow!("the stream was cut: Errand stopped, or the connection broke")
}
