//! Pull requests as they stand now: later pushes move their head, and commits that arrived in the base branch merge them,
//! as on GitHub.

use super::pull::{Pull, State};
use crate::repositories::Repository;
use crate::{Sandbox, SandboxError, clock};

/// A pull request brought up to date with its repository.
pub(crate) async fn current(
    sandbox: &Sandbox,
    repository: &Repository,
    number: i64,
) -> Result<Option<Pull>, SandboxError> {
    let _turn = sandbox.repositories().changing_pulls().await;
    refresh(sandbox, repository, number).await
}

/// The same, for a caller that holds the turn already.
pub(super) async fn refresh(
    sandbox: &Sandbox,
    repository: &Repository,
    number: i64,
) -> Result<Option<Pull>, SandboxError> {
    let (owner, repo) = (repository.owner.clone(), repository.name.clone());
    let find = move |connection: &mut _| Pull::find(connection, &owner, &repo, number);
    let Some(mut pull) = sandbox.store().run(find).await? else {
        return Ok(None);
    };
    if pull.state() == State::Open && follow(repository, &mut pull).await {
        let written = pull.clone();
        sandbox
            .store()
            .run(move |connection| written.update(connection))
            .await?;
    }
    Ok(Some(pull))
}

/// Takes over what was pushed since; whether anything was.
async fn follow(repository: &Repository, pull: &mut Pull) -> bool {
    let now = clock::now_micros();
    let head = repository
        .branch(&pull.head)
        .await
        .filter(|head| *head != pull.head_sha);
    let moved = head.is_some();
    if let Some(head) = head {
        (pull.head_sha, pull.updated_at) = (head, now);
    }
    let base = repository
        .branch(&pull.base)
        .await
        .filter(|base| *base != pull.base_sha);
    let merged = match base {
        Some(base) => {
            repository.merge_base(&base, &pull.head_sha).await.as_ref() == Some(&pull.head_sha)
        }
        None => false,
    };
    if merged {
        (pull.merged_at, pull.closed_at, pull.updated_at) = (Some(now), Some(now), now);
    }
    moved || merged
}
