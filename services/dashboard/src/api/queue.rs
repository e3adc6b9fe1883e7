use super::Answer;
use crate::{dashboard::Site, records::QueuedJob};
use axum::{Json, extract::State};
use errand_eventlog::JobState;

/// What runs and what waits, in the order in which it will run.
#[utoipa::path(get, path = "/api/v1/queue", tag = "system", operation_id = "listQueue",
    responses((status = 200, body = Vec<QueuedJob>)))]
pub async fn list(State(site): State<Site>) -> Answer<Vec<QueuedJob>> {
    let jobs = site.queue.list(&site.queue_limits).await?;
    Ok(Json(jobs.into_iter().map(record).collect()))
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
        waiting_for: queued.waiting_for,
        deliveries: queued.deliveries,
    }
}
