//! `errand show ID [--at SEQ|TIME]`
use super::batches;
use crate::{
    api::Api,
    cli::Show,
    output::{self, text},
};
use errand_proto::{Outcome, outcome};
use serde_json::{Value, json};

/// # Errors
/// Errand is not there or knows neither such a story nor such a batch, or the story did not exist yet.
pub async fn run(api: &Api, which: &Show, as_json: bool) -> anyhow::Result<()> {
    let at: Vec<_> = which.at.iter().map(|at| ("at", at.clone())).collect();
    let id = &which.id;
    if which.at.is_none()
        && let Some(batch) = batches::find(api, id).await?
    {
        return batches::show(api, &batch, as_json).await;
    }
    let story = api.get(&format!("/api/v1/stories/{id}"), &at).await?;
    let session = text(&story, "sessionId");
    // The session follows its story by a moment.
    let session = api.get(&format!("/api/v1/sessions/{session}"), &at).await;
    let session = session.unwrap_or(Value::Null);
    if as_json {
        return Ok(output::json(&json!({"story": story, "session": session}))?);
    }
    output::line(text(&story, "title"))?;
    if which.at.is_some() {
        let (seq, time) = (&story["updatedSeq"], text(&story, "updatedAt"));
        output::line(&format!(
            "{:>13}: after its event {seq}, {time}",
            "As it was"
        ))?;
    }
    for (label, key) in [
        ("Story", "id"),
        ("Status", "status"),
        ("Reason", "reason"),
        ("Outcome", "outcome"),
        ("Agent", "agentName"),
        ("Project", "projectId"),
        ("Batch", "batchId"),
        ("Priority", "priorityLevel"),
        ("Policy", "policy"),
        ("Linear", "linearIssueUrl"),
        ("Pull request", "prUrl"),
        ("Branch", "branch"),
        ("Branch page", "branchUrl"),
        ("Summary", "summary"),
    ] {
        let value = text(&story, key);
        if !value.is_empty() {
            output::line(&format!("{label:>13}: {value}"))?;
        }
    }
    tell_usage(&session["usage"])?;
    tell_what_follows(&story)?;
    if which.at.is_none() {
        tell_place(api, text(&story, "id")).await?;
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

/// Where the story waits, and why.
async fn tell_place(api: &Api, story: &str) -> anyhow::Result<()> {
    let queue = api.get("/api/v1/queue", &[]).await?;
    let mut jobs = queue.as_array().into_iter().flatten();
    let waits = |job: &&Value| text(job, "storyId") == story && text(job, "state") == "waiting";
    if let Some(job) = jobs.find(waits) {
        let (position, why) = (&job["position"], text(job, "waitingFor"));
        output::line(&format!("{:>13}: number {position}, {why}", "In the queue"))?;
    }
    Ok(())
}

/// What the present attempt has used so far, as far as its agent tells.
fn tell_usage(usage: &Value) -> anyhow::Result<()> {
    let count = |key: &str| usage[key].as_u64().unwrap_or_default();
    let (read, written) = (count("inputTokens"), count("outputTokens"));
    if read + written > 0 {
        output::line(&format!("{:>13}: {read} read, {written} written", "Tokens"))?;
    }
    let context = count("contextTokens");
    if context > 0 {
        output::line(&format!("{:>13}: {context} tokens", "In context"))?;
    }
    let cost = count("costMicroUsd");
    if cost > 0 {
        let (dollars, rest) = (cost / 1_000_000, cost % 1_000_000);
        output::line(&format!("{:>13}: ${dollars}.{:04}", "Cost", rest / 100))?;
    }
    Ok(())
}

/// What to do about the outcome, and when it is tried again by itself.
fn tell_what_follows(story: &Value) -> anyhow::Result<()> {
    if let Some(outcome) = Outcome::find(text(story, "outcome")) {
        output::line(&format!("{:>13}: {}", "What to do", outcome.advice()))?;
    }
    if let Some(words) = retry_words(story) {
        output::line(&format!("{:>13}: {words}", "Next"))?;
    }
    Ok(())
}

/// "retry 1 of 2 at 14:05 UTC", when one is scheduled.
pub(super) fn retry_words(story: &Value) -> Option<String> {
    let due_us = errand_proto::from_rfc3339(story["retryAt"].as_str()?)?;
    Some(outcome::retry_words(
        &story["retry"],
        &story["retries"],
        due_us,
    ))
}

/// The checklist's marks, the same as on the pages.
pub(super) fn mark(status: &str) -> &'static str {
    match status {
        "completed" => "✅",
        "in_progress" => "🔄",
        _ => "⏳",
    }
}
