//! `GET` and `PATCH /repos/{owner}/{repo}/pulls/{number}`.

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;

use super::create::{check_texts, parse};
use super::problem::{Answer, Problem};
use super::pull::{Pull, State};
use super::shape;
use crate::repositories::Repository;
use crate::{Sandbox, SandboxError, clock};

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
    let mut pull = current(sandbox, repository, number)
        .await?
        .ok_or(Problem::NotFound)?;
    let change: Change = parse(request).await?;
    check_texts(change.title.as_deref(), change.body.as_deref())?;
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

/// A pull request brought up to date with its repository: later pushes move its head, and commits that arrived in the
/// base branch merge it, as on GitHub.
pub(crate) async fn current(
    sandbox: &Sandbox,
    repository: &Repository,
    number: i64,
) -> Result<Option<Pull>, SandboxError> {
    let (owner, repo) = (repository.owner.clone(), repository.name.clone());
    let found = sandbox
        .store()
        .run(move |connection| Pull::find(connection, &owner, &repo, number))
        .await?;
    let Some(mut pull) = found else {
        return Ok(None);
    };
    if pull.state() != State::Open {
        return Ok(Some(pull));
    }
    let now = clock::now_micros();
    let mut moved = false;
    if let Some(head) = repository
        .branch(&pull.head)
        .await
        .filter(|head| *head != pull.head_sha)
    {
        (pull.head_sha, pull.updated_at, moved) = (head, now, true);
    }
    if let Some(base) = repository
        .branch(&pull.base)
        .await
        .filter(|base| *base != pull.base_sha)
        && repository.merge_base(&base, &pull.head_sha).await.as_ref() == Some(&pull.head_sha)
    {
        (pull.merged_at, pull.closed_at, pull.updated_at, moved) =
            (Some(now), Some(now), now, true);
    }
    if moved {
        let written = pull.clone();
        sandbox
            .store()
            .run(move |connection| written.update(connection))
            .await?;
    }
    Ok(Some(pull))
}
