//! `errand show ID`
use crate::{
    api::Api,
    output::{self, text},
};
use serde_json::{Value, json};

/// # Errors
/// Errand is not there or does not know the story.
pub async fn run(api: &Api, id: &str, as_json: bool) -> anyhow::Result<()> {
    let story = api.get(&format!("/api/v1/stories/{id}"), &[]).await?;
    let session = text(&story, "sessionId");
    // The session follows its story by a moment.
    let session = api.get(&format!("/api/v1/sessions/{session}"), &[]).await;
    let session = session.unwrap_or(Value::Null);
    if as_json {
        return Ok(output::json(&json!({"story": story, "session": session}))?);
    }
    output::line(text(&story, "title"))?;
    for (label, key) in [
        ("Story", "id"),
        ("Status", "status"),
        ("Reason", "reason"),
        ("Agent", "agentName"),
        ("Project", "projectId"),
        ("Priority", "priorityLevel"),
        ("Policy", "policy"),
        ("Linear", "linearIssueUrl"),
        ("Pull request", "prUrl"),
        ("Branch", "branch"),
        ("Summary", "summary"),
    ] {
        let value = text(&story, key);
        if !value.is_empty() {
            output::line(&format!("{label:>13}: {value}"))?;
        }
    }
    for step in session["plan"].as_array().into_iter().flatten() {
        output::line(&format!(
            "  {} {}",
            mark(text(step, "status")),
            text(step, "content")
        ))?;
    }
    Ok(())
}

/// The checklist's marks, the same as on the pages.
pub(super) fn mark(status: &str) -> &'static str {
    match status {
        "completed" => "✅",
        "in_progress" => "🔄",
        _ => "⏳",
    }
}
