//! `GET /repos/{owner}/{repo}/pulls/{number}/files`.

use axum::Json;
use axum::http::{HeaderMap, Uri};
use serde_json::{Value, json};

use super::current::current;
use super::list::page;
use super::problem::{Answer, Problem};
use super::pull::Pull;
use crate::repositories::{ChangedFile, Repository};
use crate::{Sandbox, SandboxError};

pub(super) async fn list(
    sandbox: &Sandbox,
    repository: &Repository,
    number: i64,
    uri: &Uri,
) -> Answer<(HeaderMap, Json<Value>)> {
    let pull = current(sandbox, repository, number)
        .await?
        .ok_or(Problem::NotFound)?;
    let files = changed_files(repository, &pull).await?;
    let address = format!(
        "{}/pulls/{number}/files",
        sandbox
            .links()
            .repository_api(&repository.owner, &repository.name)
    );
    let (files, links) = page(files, uri, &address)?;
    let shown: Vec<Value> = files
        .iter()
        .map(|file| show(sandbox, repository, &pull, file))
        .collect();
    Ok((links, Json(Value::Array(shown))))
}

/// What the head branch changes since it left the base branch.
pub(crate) async fn changed_files(
    repository: &Repository,
    pull: &Pull,
) -> Result<Vec<ChangedFile>, SandboxError> {
    let base = repository.merge_base(&pull.base_sha, &pull.head_sha).await;
    repository
        .changed_files(base.as_ref().unwrap_or(&pull.base_sha), &pull.head_sha)
        .await
}

fn show(sandbox: &Sandbox, repository: &Repository, pull: &Pull, file: &ChangedFile) -> Value {
    let page = sandbox
        .links()
        .repository(&repository.owner, &repository.name);
    let api = sandbox
        .links()
        .repository_api(&repository.owner, &repository.name);
    let (sha, name) = (&pull.head_sha, &file.name);
    let mut shown = json!({
        "sha": file.blob,
        "filename": name,
        "status": file.status.as_str(),
        "additions": file.additions,
        "deletions": file.deletions,
        "changes": file.additions + file.deletions,
        "blob_url": format!("{page}/blob/{sha}/{name}"),
        "raw_url": format!("{page}/raw/{sha}/{name}"),
        "contents_url": format!("{api}/contents/{name}?ref={sha}"),
    });
    if let Some(patch) = &file.patch {
        shown["patch"] = json!(patch);
    }
    if let Some(previous) = &file.previous_name {
        shown["previous_filename"] = json!(previous);
    }
    shown
}
