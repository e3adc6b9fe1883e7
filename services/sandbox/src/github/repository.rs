//! `GET /repos/{owner}/{repo}` and its branches.

use axum::Json;
use serde_json::{Value, json};

use super::problem::{Answer, Problem};
use super::shape;
use crate::Sandbox;
use crate::repositories::Repository;

pub(super) async fn show(sandbox: &Sandbox, repository: &Repository) -> Answer<Json<Value>> {
    let mut shown = shape::repository(sandbox, repository).await?;
    shown["network_count"] = json!(0);
    shown["subscribers_count"] = json!(0);
    Ok(Json(shown))
}

pub(super) async fn show_branch(
    sandbox: &Sandbox,
    repository: &Repository,
    branch: &str,
) -> Answer<Json<Value>> {
    let sha = repository
        .branch(branch)
        .await
        .ok_or_else(|| Problem::NotFound)?;
    let commits = repository.commits(None, &sha, 1).await?;
    let commit = commits.first().ok_or(Problem::NotFound)?;
    let api = sandbox
        .links()
        .repository_api(&repository.owner, &repository.name);
    let page = sandbox
        .links()
        .repository(&repository.owner, &repository.name);
    Ok(Json(json!({
        "name": branch,
        "commit": shape::commit(sandbox.links(), repository, commit),
        "_links": {"html": format!("{page}/tree/{branch}"), "self": format!("{api}/branches/{branch}")},
        "protected": false,
        "protection": {"enabled": false, "required_status_checks": {"enforcement_level": "off", "contexts": [], "checks": []}},
        "protection_url": format!("{api}/branches/{branch}/protection"),
    })))
}
