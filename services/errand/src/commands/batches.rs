//! `errand batches`, and a batch where `errand show | cancel` name one
use crate::{
    api::Api,
    cli,
    output::{self, cut, records, short, text},
};
use serde_json::{Value, json};

/// # Errors
/// Errand is not there or says no.
pub async fn run(api: &Api, wanted: &cli::Batches, json: bool) -> anyhow::Result<()> {
    let mut query = vec![("limit", wanted.limit.to_string())];
    query.extend(wanted.conversation.clone().map(|c| ("conversation", c)));
    let answer = api.get("/api/v1/batches", &query).await?;
    if json {
        return Ok(output::json(&answer)?);
    }
    let rows: Vec<_> = records(&answer, "batches").map(row).collect();
    let head = ["ID", "STATUS", "ENDED", "PROJECT", "TITLE"];
    let empty = "No batches yet. Ask the chat for several agents in one message.";
    Ok(output::table(&head, &rows, empty)?)
}

fn row(batch: &Value) -> Vec<String> {
    let (ended, all) = progress(batch);
    vec![
        short(text(batch, "id")),
        text(batch, "status").to_owned(),
        format!("{ended}/{all}"),
        text(batch, "projectId").to_owned(),
        cut(text(batch, "title"), 60),
    ]
}

/// The batch that an id or the start of one names; a story of that id comes first.
///
/// # Errors
/// Errand is not there or says no.
pub(super) async fn find(api: &Api, id: &str) -> anyhow::Result<Option<Value>> {
    let story = api.find(&format!("/api/v1/stories/{id}")).await?;
    match story {
        Some(_) => Ok(None),
        None => api.find(&format!("/api/v1/batches/{id}")).await,
    }
}

/// # Errors
/// Errand is not there.
pub(super) async fn show(api: &Api, batch: &Value, json: bool) -> anyhow::Result<()> {
    if json {
        return Ok(output::json(batch)?);
    }
    let (ended, all) = progress(batch);
    output::line(text(batch, "title"))?;
    output::line(&format!("{:>13}: {}", "Batch", text(batch, "id")))?;
    let status = text(batch, "status");
    output::line(&format!(
        "{:>13}: {status}, {ended} of {all} ended",
        "Status"
    ))?;
    for (label, key) in [
        ("Project", "projectId"),
        ("Linear", "linearIssueUrl"),
        ("Summary", "summary"),
    ] {
        let value = text(batch, key);
        if !value.is_empty() {
            output::line(&format!("{label:>13}: {value}"))?;
        }
    }
    let mut rows = Vec::new();
    for part in records(batch, "stories") {
        let id = text(part, "storyId");
        // A story may follow its batch by a moment.
        let story = api.find(&format!("/api/v1/stories/{id}")).await?;
        rows.push(story_row(id, &story.unwrap_or_default()));
    }
    output::line("")?;
    output::table(&["ID", "STATUS", "AGENT", "PULL REQUEST"], &rows, "")?;
    if let Some(report) = batch["report"].as_str() {
        output::line(&format!("\n{report}"))?;
    }
    Ok(())
}

fn story_row(id: &str, story: &Value) -> Vec<String> {
    let fields = ["status", "agentName", "prUrl"];
    let fields = fields.map(|key| text(story, key).to_owned());
    [vec![short(id)], fields.to_vec()].concat()
}

/// Stops all its stories that go on.
///
/// # Errors
/// Errand is not there or says no.
pub(super) async fn cancel(
    api: &Api,
    batch: &Value,
    reason: &str,
    as_json: bool,
) -> anyhow::Result<()> {
    let id = text(batch, "id");
    let path = format!("/api/v1/batches/{id}/cancel");
    let answer = api.post(&path, &json!({"reason": reason})).await?;
    if as_json {
        return Ok(output::json(&answer)?);
    }
    let (ended, all) = progress(batch);
    let (stopping, id) = (all - ended, short(id));
    Ok(output::line(&format!(
        "cancel: done, {stopping} of {all} agents are being stopped. Their report: errand show {id}"
    ))?)
}

/// How many of its stories have ended, and how many there are.
fn progress(batch: &Value) -> (usize, usize) {
    let ended = records(batch, "stories").filter(|part| !text(part, "status").is_empty());
    (ended.count(), records(batch, "stories").count())
}
