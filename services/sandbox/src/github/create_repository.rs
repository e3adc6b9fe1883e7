//! `POST /orgs/{org}/repos`: a client in another process makes the repository that it will push to.

use axum::Json;
use axum::body::Body;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::create::parse;
use super::problem::{Answer, Problem};
use super::repository;
use crate::{Sandbox, SandboxError};

#[derive(Deserialize)]
struct Wanted {
    name: Option<String>,
}

pub(super) async fn create(
    sandbox: &Sandbox,
    owner: &str,
    request: Body,
) -> Answer<(StatusCode, Json<Value>)> {
    let wanted: Wanted = parse(request).await?;
    let name = wanted
        .name
        .ok_or_else(|| Problem::WrongShape("\"name\" wasn't supplied.".to_owned()))?;
    if sandbox.repositories().find(owner, &name).is_some() {
        return Err(refused("custom", "name already exists on this account"));
    }
    match sandbox.ensure_repository(owner, &name).await {
        Ok(_) => {}
        Err(SandboxError::RepositoryName(_)) => {
            return Err(refused("invalid", "name is not a repository name"));
        }
        Err(problem) => return Err(problem.into()),
    }
    let made = sandbox.repositories().find(owner, &name);
    let shown = repository::show(sandbox, &made.ok_or(Problem::NotFound)?).await?;
    Ok((StatusCode::CREATED, shown))
}

fn refused(code: &str, message: &str) -> Problem {
    Problem::Invalid(vec![
        json!({"resource": "Repository", "field": "name", "code": code, "message": message}),
    ])
}
