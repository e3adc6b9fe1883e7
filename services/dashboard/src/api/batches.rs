use super::{Answer, find, story_actions::Why};
use crate::{batches, body::JsonBody, dashboard::Site, guard::Actor, present::ErrorBody, records};
use axum::{
    Json,
    extract::{Path, Query, State},
};
use errand_projections::batches::{BatchFilter, BatchRow};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Only those of this conversation.
    conversation: Option<String>,
    /// Only those of this project.
    project: Option<String>,
    /// Looked for in title and report.
    q: Option<String>,
    /// At most 500; 50 when absent.
    #[serde(default)]
    limit: u32,
}

#[derive(Serialize)]
pub struct Page {
    batches: Vec<BatchRow>,
}

/// Batches, the latest first.
#[utoipa::path(get, path = "/api/v1/batches", tag = "stories", operation_id = "listBatches", params(Wanted),
    responses((status = 200, body = records::Batches)))]
pub async fn list(State(site): State<Site>, Query(wanted): Query<Wanted>) -> Answer<Page> {
    let conversation = match &wanted.conversation {
        Some(id) => Some(find::conversation_id(&site, id).await?),
        None => None,
    };
    let filter = BatchFilter {
        conversation,
        project: wanted.project,
        search: wanted.q,
        limit: wanted.limit,
        ..BatchFilter::default()
    };
    let batches = site.db().batches(&filter).await?;
    Ok(Json(Page { batches }))
}

/// Several stories that one reply asked for, and their report once all have ended.
#[utoipa::path(get, path = "/api/v1/batches/{id}", tag = "stories", operation_id = "getBatch",
    params(("id" = String, Path)),
    responses((status = 200, body = records::Batch), (status = 404, body = ErrorBody)))]
pub async fn show(State(site): State<Site>, Path(id): Path<String>) -> Answer<BatchRow> {
    batches::find(&site, &id).await.map(Json)
}

/// Stops all stories of a batch that go on.
#[utoipa::path(post, path = "/api/v1/batches/{id}/cancel", tag = "stories", operation_id = "cancelBatch",
    params(("id" = String, Path)), request_body = Why,
    responses((status = 200, body = records::Done), (status = 404, body = ErrorBody)))]
pub async fn cancel(
    State(site): State<Site>,
    Actor(user): Actor,
    Path(id): Path<String>,
    JsonBody(why): JsonBody<Why>,
) -> Answer<records::Done> {
    let seq = batches::cancel(&site, &id, &why.text()?, &user).await?;
    Ok(Json(records::Done { seq }))
}
