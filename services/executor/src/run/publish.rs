//! Pushes the branch and sees that it has its pull request; both can be repeated without harm.
use super::{ending::Ending, pull_request_text};
use crate::{
    github::{CodeHostError, NewPullRequest, PullRequest},
    project::{Forge, Project},
    session::Session,
    workspace::{WorkspaceError, Worktree},
};
use errand_proto::v1;
use std::{sync::OnceLock, time::Duration};

/// Tries before an unreachable forge ends the run; the branch keeps the work.
const MAX_TRIES: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// What a pull request is written from.
pub struct Text<'t> {
    pub session: &'t Session,
    pub agent_words: &'t str,
    pub usage: &'t v1::Usage,
    pub public_url: &'t str,
}

/// `earlier` is the commit that an executor before this one recorded, or empty.
///
/// # Errors
/// How the run ends when the branch cannot be published. What was pushed before stays at the forge.
pub async fn publish(
    project: &Project,
    worktree: &Worktree,
    text: &Text<'_>,
    earlier: &str,
    pushed: &OnceLock<String>,
) -> Result<Option<PullRequest>, Ending> {
    let mut opened = None;
    if let Some(forge) = &project.forge {
        push(forge, worktree, earlier, pushed).await?;
        let new = NewPullRequest {
            owner: forge.owner.clone(),
            repo: forge.repository.clone(),
            title: pull_request_text::title(text.session),
            head: worktree.branch().to_owned(),
            base: worktree.base().to_owned(),
            body: pull_request_text::body(text),
            draft: forge.draft,
        };
        opened = Some(open(forge, &new).await?);
    }
    if project.publish_locally {
        // The work is safe at the forge or in the mirror; a person's repository that says no is not a failure.
        if let Err(error) = worktree.publish_branch_to_local().await {
            tracing::warn!(%error, "the branch was not put into the local repository");
        }
    }
    Ok(opened)
}

#[tracing::instrument(name = "push", skip_all)]
async fn push(
    forge: &Forge,
    worktree: &Worktree,
    earlier: &str,
    pushed: &OnceLock<String>,
) -> Result<(), Ending> {
    let mut tries = 0;
    loop {
        let failed = match push_once(forge, worktree, earlier, pushed).await {
            Ok(()) => return Ok(()),
            Err(failed) => failed,
        };
        if !failed.is_transient() || tries >= MAX_TRIES {
            return Err(failed.into());
        }
        tries += 1;
        tracing::warn!(%failed, tries, "push failed, will try again");
        tokio::time::sleep(failed.pause(tries)).await;
    }
}

/// Why a branch did not reach the forge.
#[derive(Debug, thiserror::Error)]
enum PushFailure {
    #[error(transparent)]
    Git(#[from] WorkspaceError),
    #[error(transparent)]
    Host(#[from] CodeHostError),
}

impl PushFailure {
    fn is_transient(&self) -> bool {
        match self {
            Self::Git(error) => error.is_transient(),
            Self::Host(error) => error.is_transient(),
        }
    }

    fn pause(&self, tries: u32) -> Duration {
        match self {
            Self::Git(_) => pause(tries),
            Self::Host(error) => wait_for(error, tries),
        }
    }
}

impl From<PushFailure> for Ending {
    fn from(failure: PushFailure) -> Self {
        match failure {
            PushFailure::Git(error) => error.into(),
            PushFailure::Host(error) => error.into(),
        }
    }
}

async fn push_once(
    forge: &Forge,
    worktree: &Worktree,
    earlier: &str,
    pushed: &OnceLock<String>,
) -> Result<(), PushFailure> {
    let target = forge.target().await?;
    // A forge that does not know the base branch could not show a difference to it.
    worktree.mirror_to(&target, &[worktree.base()]).await?;
    worktree.push_instead_of(&target, earlier).await?;
    // The branch is there even when it conflicts or gets no pull request.
    pushed.get_or_init(|| forge.branch_url(worktree.branch()));
    Ok(worktree.check_mergeable(&target).await?)
}

#[tracing::instrument(name = "pull_request", skip_all)]
async fn open(forge: &Forge, new: &NewPullRequest) -> Result<PullRequest, Ending> {
    let mut tries = 0;
    loop {
        match forge.host.ensure_pull_request(new.clone()).await {
            Ok(pull_request) => return Ok(pull_request),
            Err(error) if error.is_transient() && tries < MAX_TRIES => {
                tries += 1;
                tracing::warn!(%error, tries, "no pull request yet, will try again");
                tokio::time::sleep(wait_for(&error, tries)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn wait_for(error: &CodeHostError, tries: u32) -> Duration {
    match error {
        CodeHostError::RateLimited { retry_after } => (*retry_after).min(MAX_PAUSE * 10),
        _ => pause(tries),
    }
}

fn pause(tries: u32) -> Duration {
    (FIRST_PAUSE * 2u32.saturating_pow(tries.saturating_sub(1))).min(MAX_PAUSE)
}
