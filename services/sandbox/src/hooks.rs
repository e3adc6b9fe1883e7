//! Calls to the one whom the vendors serve, as they make them: signed, with a time in what is signed.
use crate::SandboxError;
use crate::clock;
use ring::hmac;
use serde_json::Value;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(5);

/// Where calls go and what they are signed with.
#[derive(Debug, Clone)]
pub(crate) struct Hooks {
    /// Without a slash at the end; the vendor's name follows.
    pub(crate) url: String,
    pub(crate) secret: String,
    pub(crate) http: reqwest::Client,
}

impl Hooks {
    /// A pressed button, as Slack tells of it.
    pub(crate) async fn slack(&self, payload: &Value) -> Result<(), SandboxError> {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("payload", &payload.to_string())
            .finish();
        let seconds = clock::now_micros() / 1_000_000;
        let signed = format!("v0:{seconds}:{body}");
        let request = self
            .request("slack", body)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-slack-request-timestamp", seconds.to_string())
            .header("x-slack-signature", format!("v0={}", self.sign(&signed)));
        send(request).await
    }

    /// A changed issue, as Linear tells of it.
    pub(crate) async fn linear(&self, mut change: Value) -> Result<(), SandboxError> {
        change["webhookTimestamp"] = (clock::now_micros() / 1000).into();
        let body = change.to_string();
        let signature = self.sign(&body);
        let request = self
            .request("linear", body)
            .header("content-type", "application/json")
            .header("linear-event", "Issue")
            .header("linear-signature", signature);
        send(request).await
    }

    fn request(&self, vendor: &str, body: String) -> reqwest::RequestBuilder {
        let url = format!("{}/{vendor}", self.url);
        self.http.post(url).timeout(TIMEOUT).body(body)
    }

    fn sign(&self, text: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes());
        let tag = hmac::sign(&key, text.as_bytes());
        tag.as_ref().iter().map(|b| format!("{b:02x}")).collect()
    }
}

async fn send(request: reqwest::RequestBuilder) -> Result<(), SandboxError> {
    let sent = request.send().await.and_then(|a| a.error_for_status());
    sent.map(drop)
        .map_err(|error| SandboxError::Hook(error.without_url().to_string()))
}
