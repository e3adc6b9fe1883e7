use super::{Answer, find};
use crate::{
    body::{JsonBody, MAX_REASON_CHARS, optional},
    commands::{CommandError, Done},
    dashboard::Site,
    guard::Actor,
    present::ErrorBody,
    problem::Problem,
    records,
};
use axum::{
    Json,
    extract::{Path, State},
};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Why {
    /// At most 1,000 characters.
    reason: Option<String>,
}

impl Why {
    pub(super) fn text(&self) -> Result<String, Problem> {
        optional(self.reason.as_deref(), MAX_REASON_CHARS).map(Option::unwrap_or_default)
    }
}

/// What was done, once the tables show it.
pub(super) async fn answer(site: &Site, done: Result<Done, CommandError>) -> Answer<records::Done> {
    let seq = done?.seq;
    site.settled(seq).await;
    Ok(Json(records::Done { seq }))
}

/// Stops a story, waiting or running.
#[utoipa::path(post, path = "/api/v1/stories/{id}/cancel", tag = "stories", operation_id = "cancelStory",
    params(("id" = String, Path)), request_body = Why,
    responses((status = 200, body = records::Done), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn cancel(
    State(site): State<Site>,
    Actor(user): Actor,
    Path(id): Path<String>,
    JsonBody(why): JsonBody<Why>,
) -> Answer<records::Done> {
    let id = find::story(&site, &id).await?.row.id;
    let done = site.commands.cancel(&id, &why.text()?, &user).await;
    answer(&site, done).await
}

/// Tries a failed or cancelled story again in a new session.
#[utoipa::path(post, path = "/api/v1/stories/{id}/retry", tag = "stories", operation_id = "retryStory",
    params(("id" = String, Path)),
    responses((status = 200, body = records::Done), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn retry(
    State(site): State<Site>,
    Actor(user): Actor,
    Path(id): Path<String>,
) -> Answer<records::Done> {
    let id = find::story(&site, &id).await?.row.id;
    let done = site.commands.retry(&id, &user).await;
    answer(&site, done).await
}

/// Allows a story that needs approval to run.
#[utoipa::path(post, path = "/api/v1/stories/{id}/approve", tag = "stories", operation_id = "approveStory",
    params(("id" = String, Path)),
    responses((status = 200, body = records::Done), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn approve(
    State(site): State<Site>,
    Actor(user): Actor,
    Path(id): Path<String>,
) -> Answer<records::Done> {
    let id = find::story(&site, &id).await?.row.id;
    let done = site.commands.approve(&id, &user).await;
    answer(&site, done).await
}

/// Refuses a story that needs approval.
#[utoipa::path(post, path = "/api/v1/stories/{id}/reject", tag = "stories", operation_id = "rejectStory",
    params(("id" = String, Path)), request_body = Why,
    responses((status = 200, body = records::Done), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn reject(
    State(site): State<Site>,
    Actor(user): Actor,
    Path(id): Path<String>,
    JsonBody(why): JsonBody<Why>,
) -> Answer<records::Done> {
    let id = find::story(&site, &id).await?.row.id;
    let done = site.commands.reject(&id, &why.text()?, &user).await;
    answer(&site, done).await
}
