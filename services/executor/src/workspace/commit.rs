//! Committing what a session did.

use super::WorkspaceError;
use super::git::failure_of;
use super::staging::Unreadable;
use super::stale_locks;
use super::worktree::Worktree;

/// The longest commit message.
const MAX_MESSAGE_CHARS: usize = 10_000;

/// A commit made of all that was in the work tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The object name, in hexadecimal.
    pub id: String,
    /// Repositories found inside the work tree, which cannot be part of the commit.
    pub left_out: Vec<String>,
}

impl Worktree {
    /// Commits everything in the work tree to the session's branch; `None` when nothing changed.
    ///
    /// # Errors
    /// A limit on files or bytes, a file that cannot be read, a full disk.
    pub async fn commit_all(&self, message: &str) -> Result<Option<Commit>, WorkspaceError> {
        self.mirror().seal()?;
        stale_locks::clear(&self.administration()).await?;
        self.take_back_branch().await?;
        self.reattach().await?;
        let left_out = self.stage(None, Unreadable::Fail).await?;
        let comparison = self
            .git("diff")
            .args(["--cached", "--quiet", "--no-ext-diff", "HEAD"])
            .run()
            .await?;
        match comparison.code {
            Some(0) => return Ok(None),
            Some(1) => {}
            _ => return Err(failure_of("diff", None, &comparison)),
        }
        let message: String = message.chars().take(MAX_MESSAGE_CHARS).collect();
        let commit = self.git("commit").args([
            "--quiet",
            "--no-verify",
            "--no-gpg-sign",
            "--allow-empty-message",
        ]);
        commit
            .args(["--cleanup=whitespace", "--file=-"])
            .input(message.into_bytes())
            .succeed()
            .await?;
        let id = self
            .git("rev-parse")
            .args(["--verify", "HEAD"])
            .succeed()
            .await?
            .line();
        Ok(Some(Commit { id, left_out }))
    }
}
