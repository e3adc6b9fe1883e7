use super::Answer;
use crate::{
    body::JsonBody,
    dashboard::Site,
    guard::Actor,
    held::{Held, held},
    present::ErrorBody,
    records::{Pause, QueuedJob},
};
use axum::{Json, extract::State};
use errand_eventlog::{JobState, Reason};
use serde::Deserialize;
use utoipa::ToSchema;

/// What runs and what waits, in the order in which it will run, and why it waits; then the stories that must wait for
/// something else before they are queued.
#[utoipa::path(get, path = "/api/v1/queue", tag = "system", operation_id = "listQueue",
    responses((status = 200, body = Vec<QueuedJob>)))]
pub async fn list(State(site): State<Site>) -> Answer<Vec<QueuedJob>> {
    let jobs = site.queue.list(&site.queue_limits).await?;
    let held = held(&site).await?.into_iter().map(held_record);
    Ok(Json(jobs.into_iter().map(record).chain(held).collect()))
}

/// Who paused the queue or projects of it, and since when.
#[utoipa::path(get, path = "/api/v1/queue/pauses", tag = "system", operation_id = "listPauses",
    responses((status = 200, body = Vec<Pause>)))]
pub async fn pauses(State(site): State<Site>) -> Answer<Vec<Pause>> {
    let pauses = site.queue.pauses().await?;
    let record = |pause: errand_eventlog::Pause| Pause {
        project_id: pause.project_id,
        by: pause.by,
        since: errand_proto::rfc3339(pause.since_us),
    };
    Ok(Json(pauses.into_iter().map(record).collect()))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Which {
    /// The whole queue when absent.
    project_id: Option<String>,
}

/// Starts no more stories of a project, or of any. What runs goes on, and stories are still taken in.
#[utoipa::path(post, path = "/api/v1/queue/pause", tag = "system", operation_id = "pauseQueue", request_body = Which,
    responses((status = 200, body = Vec<Pause>), (status = 503, body = ErrorBody)))]
pub async fn pause(
    State(site): State<Site>,
    Actor(user): Actor,
    JsonBody(which): JsonBody<Which>,
) -> Answer<Vec<Pause>> {
    site.pause_queue(which.project_id.as_deref(), &user).await?;
    pauses(State(site)).await
}

/// Lifts the pause of a project, or the one of the whole queue.
#[utoipa::path(post, path = "/api/v1/queue/resume", tag = "system", operation_id = "resumeQueue", request_body = Which,
    responses((status = 200, body = Vec<Pause>), (status = 503, body = ErrorBody)))]
pub async fn resume(
    State(site): State<Site>,
    Actor(user): Actor,
    JsonBody(which): JsonBody<Which>,
) -> Answer<Vec<Pause>> {
    site.resume_queue(which.project_id.as_deref(), &user)
        .await?;
    pauses(State(site)).await
}

fn record(queued: errand_eventlog::QueuedJob) -> QueuedJob {
    QueuedJob {
        session_id: queued.job.id.to_string(),
        story_id: queued.job.story_id,
        project_id: queued.job.project_id,
        priority: queued.job.priority,
        enqueued_at: errand_proto::rfc3339(queued.job.enqueued_us),
        state: match queued.state {
            JobState::Waiting => "waiting".to_owned(),
            JobState::Claimed => "claimed".to_owned(),
        },
        position: queued.position,
        reason: code(queued.reason).to_owned(),
        waiting_for: queued.waiting_for,
        deliveries: queued.deliveries,
    }
}

fn held_record(held: Held) -> QueuedJob {
    QueuedJob {
        session_id: held.session_id,
        story_id: held.story_id,
        project_id: held.project,
        priority: held.priority,
        enqueued_at: errand_proto::rfc3339(held.since_us),
        state: "held".to_owned(),
        position: 0,
        reason: held.reason.to_owned(),
        waiting_for: held.waiting_for,
        deliveries: 0,
    }
}

fn code(reason: Reason) -> &'static str {
    match reason {
        Reason::Running => "running",
        Reason::Worker => "worker",
        Reason::Ahead => "ahead",
        Reason::ProjectLimit => "project_limit",
        Reason::Paused => "paused",
        Reason::Delayed => "delayed",
    }
}
