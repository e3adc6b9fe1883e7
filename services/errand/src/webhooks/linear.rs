//! An issue changed at Linear: one that was cancelled there cancels its story here, a batch's all its stories.
use super::{Hooks, Refusal, signature::is_signed, told};
use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use errand_eventlog::aggregate::now_us;
use errand_projections::{
    batches::{BatchFilter, BatchStatus},
    stories::StoryFilter,
};
use errand_proto::from_rfc3339;
use errand_spawner::linear::batch_issue_uuid;
use secrecy::SecretString;
use serde::Deserialize;
use uuid::Uuid;

/// How far the signed time of a call may be from now, either way.
const MAX_AGE_MS: i64 = 60 * 1000;
/// Batches under way among which the issue's is looked for; what is older is found by asking Linear now and then.
const MAX_OPEN_BATCHES: u32 = 500;
const CANCELED: &str = "canceled";
const REASON: &str = "The issue was cancelled in Linear";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    webhook_timestamp: i64,
    #[serde(rename = "type")]
    kind: String,
    data: serde_json::Value,
    actor: Option<Actor>,
}

#[derive(Debug, Deserialize)]
struct Actor {
    name: Option<String>,
}

/// `POST /webhooks/linear`
pub async fn changed(
    State(hooks): State<Hooks>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Refusal> {
    let secret = hooks.linear_secret.as_ref();
    let secret = secret.ok_or(Refusal::NotConfigured("LINEAR_WEBHOOK_SECRET"))?;
    let change = verified(secret, &headers, &body, now_us() / 1000)?;
    if change.kind != "Issue" || change.data["state"]["type"] != CANCELED {
        return Ok(StatusCode::OK);
    }
    let issue = change.data["id"].as_str().ok_or(Refusal::Body)?;
    let identifier = change.data["identifier"].as_str().ok_or(Refusal::Body)?;
    let stories = match stories_of(&hooks, issue, identifier).await {
        Ok(stories) => stories,
        Err(error) => {
            tracing::warn!(%error, "a call from Linear could not be looked up");
            return Ok(StatusCode::SERVICE_UNAVAILABLE);
        }
    };
    let name = change.actor.and_then(|actor| actor.name);
    let cancelled_at = change.data["canceledAt"].as_str().and_then(from_rfc3339);
    let cancelled_us = cancelled_at.unwrap_or(change.webhook_timestamp.saturating_mul(1000));
    let by = format!("{} (Linear)", name.unwrap_or_else(|| "somebody".to_owned()));
    let mut answer = StatusCode::OK;
    for story in stories {
        let followed = hooks
            .commands
            .follow_issue(&story, cancelled_us, REASON, &by);
        // One that could not be asked makes Linear call again; it harms none of the others to be asked twice.
        answer = answer.max(told(&story, followed.await));
    }
    Ok(answer)
}

/// The time is part of the signed body, so the signature comes first.
fn verified(
    secret: &SecretString,
    headers: &HeaderMap,
    body: &[u8],
    now_ms: i64,
) -> Result<Change, Refusal> {
    let signature = headers.get("linear-signature");
    let signature = signature.and_then(|value| value.to_str().ok());
    if !signature.is_some_and(|tag| is_signed(secret, &[body], tag)) {
        return Err(Refusal::Signature);
    }
    let change: Change = serde_json::from_slice(body).map_err(|_| Refusal::Body)?;
    let age_ms = now_ms.saturating_sub(change.webhook_timestamp);
    if age_ms.saturating_abs() > MAX_AGE_MS {
        return Err(Refusal::Time);
    }
    Ok(change)
}

/// The story whose issue it is, or those of a batch that go on; none for an issue of somebody else.
async fn stories_of(
    hooks: &Hooks,
    issue: &str,
    identifier: &str,
) -> Result<Vec<String>, errand_projections::Error> {
    let filter = StoryFilter {
        search: Some(identifier.to_owned()),
        ..StoryFilter::default()
    };
    let stories = hooks.db.stories(&filter).await?;
    if let Some(story) = stories.into_iter().find(|s| s.linear_task_id == issue) {
        return Ok(vec![story.row.id]);
    }
    let filter = BatchFilter {
        status: Some(BatchStatus::Open),
        limit: MAX_OPEN_BATCHES,
        ..BatchFilter::default()
    };
    let mut batches = hooks.db.batches(&filter).await?.into_iter();
    let batch = batches.find(|batch| {
        let id = Uuid::parse_str(&batch.id).map(batch_issue_uuid);
        id.is_ok_and(|id| id.to_string() == issue)
    });
    let stories = batch.map(|batch| batch.stories.0).unwrap_or_default();
    let going_on = stories.into_iter().filter(|story| story.status.is_empty());
    Ok(going_on.map(|story| story.story_id).collect())
}
