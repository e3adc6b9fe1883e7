//! `POST /repos/{owner}/{repo}/pulls`.

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderName, StatusCode, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::problem::{Answer, Problem};
use super::pull::Pull;
use super::{MAX_BODY_BYTES, shape};
use crate::repositories::Repository;
use crate::{Sandbox, body, clock};

const MAX_TITLE_CHARS: usize = 256;
const MAX_TEXT_CHARS: usize = 65_536;

#[derive(Deserialize)]
struct Wanted {
    title: Option<String>,
    head: Option<String>,
    base: Option<String>,
    body: Option<String>,
    #[serde(default)]
    draft: bool,
    #[serde(default = "yes")]
    maintainer_can_modify: bool,
}

fn yes() -> bool {
    true
}

type Created = (StatusCode, [(HeaderName, String); 1], Json<Value>);

pub(super) async fn create(
    sandbox: &Sandbox,
    repository: &Repository,
    request: Body,
) -> Answer<Created> {
    let wanted: Wanted = parse(request).await?;
    let pull = check(repository, wanted).await?;
    let taken = format!(
        "A pull request already exists for {}:{}.",
        pull.owner, pull.head
    );
    let stored = sandbox
        .store()
        .run(move |connection| pull.insert(connection))
        .await?;
    let pull = stored.ok_or_else(|| Problem::custom(taken))?;
    let shown = shape::pull(sandbox, repository, &pull).await?;
    let location = shown["url"].as_str().unwrap_or_default().to_owned();
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, location)],
        Json(shown),
    ))
}

/// The body as JSON of the wanted shape.
pub(super) async fn parse<T: DeserializeOwned>(request: Body) -> Answer<T> {
    let bytes = body::collect(request, MAX_BODY_BYTES)
        .await
        .map_err(Problem::TooLong)?;
    let value: Value = serde_json::from_slice(&bytes).map_err(|_| Problem::NotJson)?;
    if !value.is_object() {
        return Err(Problem::NotJson);
    }
    serde_json::from_value(value).map_err(|problem| Problem::WrongShape(problem.to_string()))
}

/// Everything GitHub checks before a pull request exists, in its order.
async fn check(repository: &Repository, wanted: Wanted) -> Answer<Pull> {
    let absent = |field: &str| Problem::WrongShape(format!("\"{field}\" wasn't supplied."));
    let head = wanted.head.ok_or_else(|| absent("head"))?;
    let base = wanted.base.ok_or_else(|| absent("base"))?;
    let title = wanted
        .title
        .ok_or_else(|| Problem::field("title", "missing_field"))?;
    check_texts(Some(&title), wanted.body.as_deref())?;
    let head = own_branch(repository, &head).ok_or_else(|| Problem::field("head", "invalid"))?;
    let head_sha = repository
        .branch(&head)
        .await
        .ok_or_else(|| Problem::field("head", "invalid"))?;
    let base_sha = repository
        .branch(&base)
        .await
        .ok_or_else(|| Problem::field("base", "invalid"))?;
    check_history(repository, &base, &base_sha, &head, &head_sha).await?;
    let now = clock::now_micros();
    Ok(Pull {
        owner: repository.owner.clone(),
        repo: repository.name.clone(),
        number: 0,
        title,
        body: wanted.body,
        head,
        base,
        head_sha,
        base_sha,
        draft: wanted.draft,
        maintainer_can_modify: wanted.maintainer_can_modify,
        created_at: now,
        updated_at: now,
        closed_at: None,
        merged_at: None,
    })
}

/// A title and a text within GitHub's limits.
pub(super) fn check_texts(title: Option<&str>, text: Option<&str>) -> Answer<()> {
    if title.is_some_and(|title| title.trim().is_empty()) {
        return Err(Problem::field("title", "missing_field"));
    }
    let too_long =
        |text: Option<&str>, limit: usize| text.is_some_and(|text| text.chars().count() > limit);
    if too_long(title, MAX_TITLE_CHARS) {
        return Err(Problem::custom(format!(
            "title is too long (maximum is {MAX_TITLE_CHARS} characters)"
        )));
    }
    if too_long(text, MAX_TEXT_CHARS) {
        return Err(Problem::custom(format!(
            "body is too long (maximum is {MAX_TEXT_CHARS} characters)"
        )));
    }
    Ok(())
}

/// The branch of `branch` or `owner:branch`; `None` for a fork, of which there are none here.
fn own_branch(repository: &Repository, head: &str) -> Option<String> {
    match head.split_once(':') {
        None => Some(head.to_owned()),
        Some((owner, branch)) if owner == repository.owner => Some(branch.to_owned()),
        Some(_) => None,
    }
}

async fn check_history(
    repository: &Repository,
    base: &str,
    base_sha: &str,
    head: &str,
    head_sha: &str,
) -> Answer<()> {
    if repository.merge_base(base_sha, head_sha).await.is_none() {
        let message = format!("The {head} branch has no history in common with {base}");
        return Err(Problem::custom(message));
    }
    if repository.ahead(base_sha, head_sha).await? == 0 {
        return Err(Problem::custom(format!(
            "No commits between {base} and {head}"
        )));
    }
    Ok(())
}
