//! Sending branches to a forge, or back to the person's own repository. Never over what somebody else has there.

use secrecy::SecretString;

use super::git::{GitCommand, GitOutput, Protocols, RemoteAccess, failure_of, serving_program};
use super::mirror::tracking;
use super::push_answer::{Verdict, verdict};
use super::worktree::Worktree;
use super::{PushRefusal, WorkspaceError};

/// How often a push is tried when another one changed the same branch at the same moment.
const MAX_PUSH_ATTEMPTS: u32 = 3;

/// Options of every push: machine-readable, no hook, no signature, this branch only.
const OPTIONS: &[&str] = &[
    "--porcelain",
    "--no-verify",
    "--no-follow-tags",
    "--no-signed",
    "--recurse-submodules=no",
    "--no-progress",
];

/// A repository at a forge.
#[derive(Clone, Debug)]
pub struct PushTarget {
    /// The http(s) address, without user or password.
    pub url: String,
    pub token: Option<SecretString>,
}

/// What a push that was taken did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushOutcome {
    Pushed,
    UpToDate,
}

/// What became of one branch that the forge should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeededBranch {
    pub branch: String,
    pub outcome: SeedOutcome,
}

/// Whether the forge has the branch of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeedOutcome {
    Pushed,
    UpToDate,
    /// The forge has commits that the source has not; they stay.
    ForgeDiffers,
}

impl Worktree {
    /// Pushes the session's branch to the forge. Pushing again is harmless.
    ///
    /// # Errors
    /// [`WorkspaceError::PushRefused`] with the reason; `Unauthorized`, `RepositoryMissing`, `Unreachable`.
    pub async fn push(&self, target: &PushTarget) -> Result<PushOutcome, WorkspaceError> {
        self.push_branch(target, None).await
    }

    /// As [`Worktree::push`]; a branch that stands at `own` gives way. That commit an earlier executor of the session
    /// made, and its push arrived after this one had looked and begun anew. Empty when there is none.
    ///
    /// # Errors
    /// As for [`Worktree::push`].
    pub async fn push_instead_of(
        &self,
        target: &PushTarget,
        own: &str,
    ) -> Result<PushOutcome, WorkspaceError> {
        match self.push(target).await {
            Err(WorkspaceError::PushRefused {
                refusal: PushRefusal::NonFastForward,
                ..
            }) if !own.is_empty() => self.push_branch(target, Some(own)).await,
            outcome => outcome,
        }
    }

    async fn push_branch(
        &self,
        target: &PushTarget,
        instead_of: Option<&str>,
    ) -> Result<PushOutcome, WorkspaceError> {
        let access = RemoteAccess::new(&target.url, target.token.as_ref())?;
        let destination = Destination::Forge(&access);
        let head = self.head_name();
        self.push_ref(&destination, &head, self.branch(), instead_of)
            .await
    }

    /// Puts the session's branch into the person's own repository, and nothing else: no work tree, index, HEAD,
    /// configuration or hook of it is touched or run.
    ///
    /// # Errors
    /// [`WorkspaceError::NotLocal`] when the source is not on this machine, else as for [`Worktree::push`].
    pub async fn publish_branch_to_local(&self) -> Result<PushOutcome, WorkspaceError> {
        let local = self.local().ok_or(WorkspaceError::NotLocal)?;
        let head = self.head_name();
        self.push_ref(&Destination::Local(local), &head, self.branch(), None)
            .await
    }

    /// Gives the forge the source's `branches` (the base, as last fetched) where it lacks them or is behind.
    pub async fn mirror_to(
        &self,
        target: &PushTarget,
        branches: &[&str],
    ) -> Result<Vec<SeededBranch>, WorkspaceError> {
        let access = RemoteAccess::new(&target.url, target.token.as_ref())?;
        let mut seeded = Vec::new();
        for branch in branches {
            let result = self
                .push_ref(
                    &Destination::Forge(&access),
                    &tracking(branch),
                    branch,
                    None,
                )
                .await;
            let outcome = match result {
                Ok(PushOutcome::Pushed) => SeedOutcome::Pushed,
                Ok(PushOutcome::UpToDate) => SeedOutcome::UpToDate,
                Err(WorkspaceError::PushRefused {
                    refusal: PushRefusal::NonFastForward,
                    ..
                }) => SeedOutcome::ForgeDiffers,
                Err(error) => return Err(error),
            };
            seeded.push(SeededBranch {
                branch: (*branch).to_owned(),
                outcome,
            });
        }
        Ok(seeded)
    }

    async fn push_ref(
        &self,
        destination: &Destination<'_>,
        from: &str,
        branch: &str,
        instead_of: Option<&str>,
    ) -> Result<PushOutcome, WorkspaceError> {
        self.mirror().seal()?;
        let lease = instead_of.map(|own| format!("--force-with-lease=refs/heads/{branch}:{own}"));
        let mut attempt = 1;
        loop {
            let output = destination
                .command(self, lease.as_deref())
                .arg(format!("{from}:refs/heads/{branch}"))
                .run()
                .await?;
            match verdict(&output) {
                Verdict::Taken(outcome) => return Ok(outcome),
                Verdict::Raced if attempt < MAX_PUSH_ATTEMPTS => attempt += 1,
                Verdict::Raced | Verdict::Failed => return Err(destination.unreachable(&output)),
                Verdict::Refused(refusal) => {
                    let (target, branch) = (destination.name(), branch.to_owned());
                    return Err(WorkspaceError::PushRefused {
                        target,
                        branch,
                        refusal,
                    });
                }
                Verdict::NoAnswer => {
                    return Err(failure_of("push", Some(&destination.name()), &output));
                }
            }
        }
    }
}

enum Destination<'d> {
    Forge(&'d RemoteAccess),
    Local(&'d std::path::Path),
}

impl Destination<'_> {
    fn command<'w>(&self, worktree: &'w Worktree, lease: Option<&str>) -> GitCommand<'w> {
        match self {
            Self::Forge(access) => worktree
                .mirror()
                .command("push", Protocols::Http)
                .args(OPTIONS)
                .args(lease)
                .arg("--")
                .arg(access.url())
                .access(access),
            Self::Local(path) => worktree
                .mirror()
                .command("push", Protocols::File)
                .args(OPTIONS)
                .args(lease)
                .arg(format!(
                    "--receive-pack={}",
                    serving_program(worktree.program(), "receive-pack")
                ))
                .arg("--")
                .arg(path),
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Forge(access) => access.url().to_owned(),
            Self::Local(path) => path.display().to_string(),
        }
    }

    fn unreachable(&self, output: &GitOutput) -> WorkspaceError {
        WorkspaceError::Unreachable {
            url: self.name(),
            detail: super::git::detail_of(output),
        }
    }
}
