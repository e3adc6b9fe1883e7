//! `errand queue`
use crate::{
    api::Api,
    output::{self, short, text},
};
use serde_json::Value;

/// # Errors
/// Errand is not there or says no.
pub async fn run(api: &Api, json: bool) -> anyhow::Result<()> {
    let answer = api.get("/api/v1/queue", &[]).await?;
    if json {
        return Ok(output::json(&answer)?);
    }
    let jobs = answer.as_array().cloned().unwrap_or_default();
    let rows: Vec<_> = jobs.iter().map(row).collect();
    let head = ["POSITION", "STORY", "PROJECT", "PRIORITY", "WAITING FOR"];
    Ok(output::table(
        &head,
        &rows,
        "Nothing waits and nothing runs.",
    )?)
}

fn row(job: &Value) -> Vec<String> {
    let position = match text(job, "state") {
        "claimed" => "running".to_owned(),
        _ => job["position"].to_string(),
    };
    vec![
        position,
        short(text(job, "storyId")),
        text(job, "projectId").to_owned(),
        format!("P{}", job["priority"]),
        text(job, "waitingFor").to_owned(),
    ]
}
