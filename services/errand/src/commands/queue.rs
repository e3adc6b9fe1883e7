//! `errand queue [pause|resume [--project P]]`
use crate::{
    api::Api,
    cli::{Queue, QueueWhat},
    output::{self, short, text},
};
use serde_json::{Value, json};

/// # Errors
/// Errand is not there or says no.
pub async fn run(api: &Api, which: &Queue, json: bool) -> anyhow::Result<()> {
    match &which.what {
        None => list(api, json).await,
        Some(QueueWhat::Pause(which)) => change(api, "pause", which.project.as_deref(), json).await,
        Some(QueueWhat::Resume(which)) => {
            change(api, "resume", which.project.as_deref(), json).await
        }
    }
}

async fn list(api: &Api, json: bool) -> anyhow::Result<()> {
    let answer = api.get("/api/v1/queue", &[]).await?;
    if json {
        return Ok(output::json(&answer)?);
    }
    tell_pauses(&api.get("/api/v1/queue/pauses", &[]).await?)?;
    let jobs = answer.as_array().cloned().unwrap_or_default();
    let rows: Vec<_> = jobs.iter().map(row).collect();
    let head = ["POSITION", "STORY", "PROJECT", "PRIORITY", "WHY"];
    Ok(output::table(
        &head,
        &rows,
        "Nothing waits and nothing runs.",
    )?)
}

async fn change(
    api: &Api,
    action: &str,
    project: Option<&str>,
    as_json: bool,
) -> anyhow::Result<()> {
    let body = json!({"projectId": project});
    let pauses = api.post(&format!("/api/v1/queue/{action}"), &body).await?;
    if as_json {
        return Ok(output::json(&pauses)?);
    }
    if pauses.as_array().is_some_and(Vec::is_empty) {
        output::line("The queue goes on.")?;
    }
    tell_pauses(&pauses)
}

fn tell_pauses(pauses: &Value) -> anyhow::Result<()> {
    for pause in pauses.as_array().into_iter().flatten() {
        let what = match text(pause, "projectId") {
            "" => "The queue".to_owned(),
            project => format!("Project {project}"),
        };
        let (by, since) = (text(pause, "by"), text(pause, "since"));
        output::line(&format!(
            "{what} is paused by {by} since {since}: nothing of it is started."
        ))?;
    }
    Ok(())
}

fn row(job: &Value) -> Vec<String> {
    let position = match text(job, "state") {
        "claimed" => "running".to_owned(),
        "held" => "-".to_owned(),
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
