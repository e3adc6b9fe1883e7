//! `errand stories`
use crate::{
    api::Api,
    cli,
    output::{self, cut, short, text},
};
use serde_json::Value;

/// # Errors
/// Errand is not there or says no.
pub async fn run(api: &Api, wanted: &cli::Stories, json: bool) -> anyhow::Result<()> {
    let mut query = vec![("limit", wanted.limit.to_string())];
    query.extend(wanted.project.clone().map(|p| ("project", p)));
    query.extend(wanted.batch.clone().map(|b| ("batch", b)));
    if !wanted.status.is_empty() {
        query.push(("status", wanted.status.join(",")));
    }
    let answer = api.get("/api/v1/stories", &query).await?;
    if json {
        return Ok(output::json(&answer)?);
    }
    let stories = answer["stories"].as_array().cloned().unwrap_or_default();
    let rows: Vec<_> = stories.iter().map(row).collect();
    let head = [
        "ID", "STATUS", "PRIORITY", "PROJECT", "BATCH", "TITLE", "LINK",
    ];
    let empty = "No stories yet. Start one: errand spawn codegen \"build email capture\"";
    Ok(output::table(&head, &rows, empty)?)
}

fn row(story: &Value) -> Vec<String> {
    let link = [text(story, "prUrl"), text(story, "linearIssueUrl")];
    vec![
        short(text(story, "id")),
        text(story, "status").to_owned(),
        text(story, "priorityLevel").to_owned(),
        text(story, "projectId").to_owned(),
        short(text(story, "batchId")),
        cut(text(story, "title"), 50),
        link.into_iter()
            .find(|l| !l.is_empty())
            .unwrap_or_default()
            .to_owned(),
    ]
}
