//! `errand answer | steer`
use crate::{api::Api, cli, output};
use serde_json::json;

/// # Errors
/// Errand is not there or says no.
pub async fn answer(api: &Api, what: &cli::Words, json: bool) -> anyhow::Result<()> {
    let body = json!({"answer": what.text});
    let done = api.post(&path(what, "answer"), &body).await?;
    if json {
        return Ok(output::json(&done)?);
    }
    Ok(output::line("Answered. The agent goes on.")?)
}

/// # Errors
/// Errand is not there or says no.
pub async fn steer(api: &Api, what: &cli::Words, json: bool) -> anyhow::Result<()> {
    let body = json!({"text": what.text});
    let done = api.post(&path(what, "steer"), &body).await?;
    if json {
        return Ok(output::json(&done)?);
    }
    Ok(output::line("Told the agent.")?)
}

fn path(what: &cli::Words, action: &str) -> String {
    format!("/api/v1/sessions/{}/{action}", what.id)
}
