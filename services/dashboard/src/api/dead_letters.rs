use super::Answer;
use crate::{
    dashboard::Site,
    events,
    present::ErrorBody,
    problem::Problem,
    records::{DeadLetter, DeadLetters},
};
use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use serde::Deserialize;
use utoipa::IntoParams;

const DEFAULT_LETTERS: u32 = 50;
const MAX_LETTERS: u32 = 500;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// At most 500; 50 when absent.
    limit: Option<u32>,
}

/// Messages that were set aside, newest first.
#[utoipa::path(get, path = "/api/v1/dead-letters", tag = "system", operation_id = "listDeadLetters", params(Wanted),
    responses((status = 200, body = DeadLetters)))]
pub async fn list(State(site): State<Site>, Query(wanted): Query<Wanted>) -> Answer<DeadLetters> {
    let limit = wanted.limit.unwrap_or(DEFAULT_LETTERS).min(MAX_LETTERS);
    let letters = site.dead_letters.list(limit).await?;
    let dead_letters = letters.into_iter().map(record).collect();
    Ok(Json(DeadLetters { dead_letters }))
}

fn record(letter: errand_eventlog::DeadLetter) -> DeadLetter {
    DeadLetter {
        id: letter.id,
        group: letter.group,
        reason: letter.reason,
        attempts: letter.attempts,
        at: errand_proto::rfc3339(letter.at_us),
        event: events::record(&letter.event),
    }
}

fn none(id: u64) -> Problem {
    Problem::no_such("dead letter", &id.to_string())
}

/// One dead letter, whole.
#[utoipa::path(get, path = "/api/v1/dead-letters/{id}", tag = "system", operation_id = "getDeadLetter",
    params(("id" = u64, Path)),
    responses((status = 200, body = DeadLetter), (status = 404, body = ErrorBody)))]
pub async fn show(State(site): State<Site>, Path(id): Path<u64>) -> Answer<DeadLetter> {
    let letter = site.dead_letters.get(id).await?.ok_or_else(|| none(id))?;
    Ok(Json(record(letter)))
}

/// Delivers it again to its group, as a first attempt.
#[utoipa::path(post, path = "/api/v1/dead-letters/{id}/redrive", tag = "system", operation_id = "redriveDeadLetter",
    params(("id" = u64, Path)),
    responses((status = 204), (status = 404, body = ErrorBody)))]
pub async fn redrive(State(site): State<Site>, Path(id): Path<u64>) -> Result<StatusCode, Problem> {
    match site.dead_letters.redrive(id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(none(id)),
    }
}

/// Forgets it; the event itself stays in the log.
#[utoipa::path(delete, path = "/api/v1/dead-letters/{id}", tag = "system", operation_id = "discardDeadLetter",
    params(("id" = u64, Path)),
    responses((status = 204), (status = 404, body = ErrorBody)))]
pub async fn discard(State(site): State<Site>, Path(id): Path<u64>) -> Result<StatusCode, Problem> {
    match site.dead_letters.discard(id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(none(id)),
    }
}
