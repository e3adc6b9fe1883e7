use super::Answer;
use crate::{
    body::JsonBody,
    dashboard::Site,
    events,
    letters::{self, MAX_REDRIVEN},
    present::ErrorBody,
    problem::Problem,
    records::{DeadLetter, DeadLetters, Redriven},
};
use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use errand_eventlog::LetterQuery;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

const DEFAULT_LETTERS: u32 = 50;
const MAX_LETTERS: u32 = 500;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Only those of this subscriber.
    group: Option<String>,
    /// The `next` of the page before.
    before: Option<u64>,
    /// At most 500; 50 when absent.
    limit: Option<u32>,
}

/// Messages that were set aside, newest first.
#[utoipa::path(get, path = "/api/v1/dead-letters", tag = "system", operation_id = "listDeadLetters", params(Wanted),
    responses((status = 200, body = DeadLetters)))]
pub async fn list(State(site): State<Site>, Query(wanted): Query<Wanted>) -> Answer<DeadLetters> {
    let limit = wanted
        .limit
        .unwrap_or(DEFAULT_LETTERS)
        .clamp(1, MAX_LETTERS);
    let query = LetterQuery {
        group: wanted.group,
        before: wanted.before,
        limit,
    };
    let letters = site.dead_letters.find(&query).await?;
    let full = letters.len() == limit as usize;
    Ok(Json(DeadLetters {
        next: letters.last().map(|letter| letter.id).filter(|_| full),
        dead_letters: letters.into_iter().map(record).collect(),
    }))
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

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// The subscriber.
    group: String,
    /// The `next` of the answer before.
    before: Option<u64>,
}

/// Delivers the letters of one subscriber again, at most 200 at once, newest first; `next` says where to go on.
#[utoipa::path(post, path = "/api/v1/dead-letters/redrive", tag = "system", operation_id = "redriveDeadLetters",
    request_body = Which,
    responses((status = 200, body = Redriven), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn redrive_group(
    State(site): State<Site>,
    JsonBody(which): JsonBody<Which>,
) -> Answer<Redriven> {
    const { assert!(MAX_REDRIVEN == 200, "the document tells the limit") };
    let done = letters::redrive_group(&site, &which.group, which.before).await?;
    Ok(Json(Redriven {
        redriven: done.count,
        next: done.next,
    }))
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
