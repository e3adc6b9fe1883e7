//! The sandbox that plays vendors for this process: inside it, or elsewhere.
use super::http;
use anyhow::{Context, bail};
use errand_sandbox::Sandbox;
use reqwest::StatusCode;
use serde_json::json;

/// What the sandbox takes for any credential.
pub const CREDENTIAL: &str = "sandbox";

pub struct StandIn<'a> {
    url: String,
    place: Place<'a>,
}

enum Place<'a> {
    Here(&'a Sandbox),
    Elsewhere(reqwest::Client),
}

impl<'a> StandIn<'a> {
    pub fn here(sandbox: &'a Sandbox, url: String) -> Self {
        let place = Place::Here(sandbox);
        Self { url, place }
    }

    pub fn at(url: String, http: reqwest::Client) -> Self {
        let place = Place::Elsewhere(http);
        Self { url, place }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Makes the repository unless it is there.
    ///
    /// # Errors
    /// The sandbox is not there, or refuses the name.
    pub async fn ensure_repository(&self, owner: &str, name: &str) -> anyhow::Result<()> {
        let http = match &self.place {
            Place::Here(sandbox) => {
                sandbox.ensure_repository(owner, name).await?;
                return Ok(());
            }
            Place::Elsewhere(http) => http,
        };
        let answer = http
            .post(format!("{}/github/orgs/{owner}/repos", self.url))
            .bearer_auth(CREDENTIAL)
            .json(&json!({ "name": name }))
            .timeout(http::REQUEST_TIMEOUT)
            .send()
            .await
            .with_context(|| {
                format!(
                    "no sandbox answers at {}: start one with `errand sandbox`",
                    self.url
                )
            })?;
        match answer.status() {
            StatusCode::CREATED => Ok(()),
            // It was there before.
            StatusCode::UNPROCESSABLE_ENTITY if self.has_repository(http, owner, name).await => {
                Ok(())
            }
            status => bail!("the sandbox refused the repository {owner}/{name}: {status}"),
        }
    }

    async fn has_repository(&self, http: &reqwest::Client, owner: &str, name: &str) -> bool {
        let request = http.get(format!("{}/github/repos/{owner}/{name}", self.url));
        let request = request
            .bearer_auth(CREDENTIAL)
            .timeout(http::REQUEST_TIMEOUT);
        request.send().await.is_ok_and(|a| a.status().is_success())
    }
}
