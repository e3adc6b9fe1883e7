//! `errand sessions`
use crate::{
    api::Api,
    cli,
    output::{self, cut, records, short, text},
};
use serde_json::Value;

/// # Errors
/// Errand is not there or says no.
pub async fn run(api: &Api, wanted: &cli::Sessions, json: bool) -> anyhow::Result<()> {
    let mut query = vec![("limit", wanted.limit.to_string())];
    query.extend(wanted.project.clone().map(|p| ("project", p)));
    query.extend(wanted.story.clone().map(|s| ("story", s)));
    let answer = api.get("/api/v1/sessions", &query).await?;
    if json {
        return Ok(output::json(&answer)?);
    }
    let sessions = || records(&answer, "sessions");
    let rows: Vec<_> = sessions().map(row).collect();
    let head = ["ID", "STORY", "AGENT", "STATUS", "PLAN", "TITLE"];
    output::table(&head, &rows, "No agent has worked yet.")?;
    for session in sessions().filter(|s| !text(s, "question").is_empty()) {
        output::line(&question(session))?;
    }
    Ok(())
}

/// What an agent waits for, and how it is answered.
pub(super) fn question(session: &Value) -> String {
    let id = short(text(session, "id"));
    let options = session["questionOptions"].as_array();
    let options = options.into_iter().flatten().map(|it| text(it, "sends"));
    let options: Vec<_> = options.map(|it| format!("\"{it}\"")).collect();
    let example = options.join(" | ");
    let example = if example.is_empty() {
        "\"…\""
    } else {
        &example
    };
    let asked = text(session, "question");
    format!("\n? {id} asks: {asked}\n  errand answer {id} {example}")
}

fn row(session: &Value) -> Vec<String> {
    vec![
        short(text(session, "id")),
        short(text(session, "storyId")),
        text(session, "agent").to_owned(),
        text(session, "status").to_owned(),
        progress(session),
        cut(text(session, "storyTitle"), 60),
    ]
}

/// "3/5" steps done; empty without a plan.
pub(super) fn progress(session: &Value) -> String {
    let Some(steps) = session["plan"].as_array().filter(|s| !s.is_empty()) else {
        return String::new();
    };
    let done = steps
        .iter()
        .filter(|s| text(s, "status") == "completed")
        .count();
    format!("{done}/{}", steps.len())
}
