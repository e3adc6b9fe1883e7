//! `GET` and `PATCH /repos/{owner}/{repo}/pulls/{number}`.

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;

use super::create::{check_texts, parse};
use super::current::{current, refresh};
use super::problem::{Answer, Problem};
use super::pull::{Pull, State};
use super::shape;
use crate::repositories::Repository;
use crate::{Sandbox, clock};

#[derive(Deserialize)]
struct Change {
    title: Option<String>,
    body: Option<String>,
    state: Option<WantedState>,
    base: Option<String>,
    maintainer_can_modify: Option<bool>,
}

#[derive(Deserialize, PartialEq, Eq, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum WantedState {
    Open,
    Closed,
}

/// One pull request, as JSON or, for the media type `diff`, as git writes it.
pub(super) async fn show(
    sandbox: &Sandbox,
    repository: &Repository,
    number: i64,
    headers: &HeaderMap,
) -> Answer<Response> {
    let pull = current(sandbox, repository, number)
        .await?
        .ok_or(Problem::NotFound)?;
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if accept.contains(".diff") {
        let from = repository
            .merge_base(&pull.base_sha, &pull.head_sha)
            .await
            .unwrap_or(pull.base_sha);
        let diff = repository.diff(&from, &pull.head_sha).await?;
        return Ok((
            [(
                header::CONTENT_TYPE,
                "application/vnd.github.diff; charset=utf-8",
            )],
            diff,
        )
            .into_response());
    }
    Ok(Json(shape::pull(sandbox, repository, &pull).await?).into_response())
}

pub(super) async fn change(
    sandbox: &Sandbox,
    repository: &Repository,
    number: i64,
    request: Body,
) -> Answer<Json<Value>> {
    let change: Change = parse(request).await?;
    check_texts(change.title.as_deref(), change.body.as_deref())?;
    let _turn = sandbox.repositories().changing_pulls().await;
    let mut pull = refresh(sandbox, repository, number)
        .await?
        .ok_or(Problem::NotFound)?;
    let now = clock::now_micros();
    apply(repository, &mut pull, change, now).await?;
    let taken = format!(
        "A pull request already exists for {}:{}.",
        pull.owner, pull.head
    );
    let written = pull.clone();
    if !sandbox
        .store()
        .run(move |connection| written.update(connection))
        .await?
    {
        return Err(Problem::custom(taken));
    }
    Ok(Json(shape::pull(sandbox, repository, &pull).await?))
}

async fn apply(repository: &Repository, pull: &mut Pull, change: Change, now: i64) -> Answer<()> {
    if let Some(base) = change.base {
        pull.base_sha = repository
            .branch(&base)
            .await
            .ok_or_else(|| Problem::field("base", "invalid"))?;
        pull.base = base;
    }
    match (change.state, pull.state()) {
        (Some(WantedState::Open), State::Merged) => return Err(Problem::field("state", "invalid")),
        (Some(WantedState::Open), _) => pull.closed_at = None,
        (Some(WantedState::Closed), State::Open) => pull.closed_at = Some(now),
        _ => {}
    }
    pull.title = change.title.unwrap_or(std::mem::take(&mut pull.title));
    pull.body = change.body.or(pull.body.take());
    pull.maintainer_can_modify = change
        .maintainer_can_modify
        .unwrap_or(pull.maintainer_can_modify);
    pull.updated_at = now;
    Ok(())
}
