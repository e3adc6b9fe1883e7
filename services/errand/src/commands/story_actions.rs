//! `errand cancel | retry | approve | reject`
use super::batches;
use crate::{api::Api, cli, output};
use serde_json::json;

/// # Errors
/// Errand is not there or says no.
pub async fn cancel(api: &Api, what: &cli::Reason, json: bool) -> anyhow::Result<()> {
    match batches::find(api, &what.id).await? {
        Some(batch) => batches::cancel(api, &batch, &what.reason, json).await,
        None => act(api, &what.id, "cancel", Some(&what.reason), json).await,
    }
}

/// # Errors
/// Errand is not there or says no.
pub async fn retry(api: &Api, id: &str, json: bool) -> anyhow::Result<()> {
    act(api, id, "retry", None, json).await
}

/// # Errors
/// Errand is not there or says no.
pub async fn approve(api: &Api, id: &str, json: bool) -> anyhow::Result<()> {
    act(api, id, "approve", None, json).await
}

/// # Errors
/// Errand is not there or says no.
pub async fn reject(api: &Api, what: &cli::Reason, json: bool) -> anyhow::Result<()> {
    act(api, &what.id, "reject", Some(&what.reason), json).await
}

async fn act(
    api: &Api,
    id: &str,
    action: &str,
    reason: Option<&str>,
    as_json: bool,
) -> anyhow::Result<()> {
    let body = reason.map_or_else(|| json!({}), |reason| json!({"reason": reason}));
    let answer = api
        .post(&format!("/api/v1/stories/{id}/{action}"), &body)
        .await?;
    if as_json {
        return Ok(output::json(&answer)?);
    }
    Ok(output::line(&format!(
        "{action}: done. Follow it with: errand watch {id}"
    ))?)
}
