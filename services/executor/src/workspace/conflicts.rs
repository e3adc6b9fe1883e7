//! Whether the base branch can take the session's work, asked before anybody opens a pull request for it.

use super::WorkspaceError;
use super::git::{Protocols, RemoteAccess};
use super::mirror::FETCH_OPTIONS;
use super::push::PushTarget;
use super::worktree::Worktree;

/// How many files an error names.
const MAX_NAMED_FILES: usize = 20;

impl Worktree {
    /// Compares the session's branch with the base branch as the forge has it now; no file is touched. A git without
    /// `merge-tree --write-tree` (before 2.38) cannot tell, and histories without a common start are the forge's to
    /// refuse: both pass.
    ///
    /// # Errors
    /// [`WorkspaceError::Conflict`] with the files; else as for [`Worktree::push`].
    pub async fn check_mergeable(&self, target: &PushTarget) -> Result<(), WorkspaceError> {
        self.mirror().seal()?;
        let theirs = format!("refs/remotes/forge/{}", self.base());
        self.fetch_base(target, &theirs).await?;
        let merge = self.mirror().command("merge-tree", Protocols::None).args([
            "--write-tree",
            "--name-only",
            "--no-messages",
            "-z",
        ]);
        let output = merge.args([&theirs, &self.head_name()]).run().await?;
        match output.code {
            Some(0) => Ok(()),
            Some(1) => Err(self.conflict(&output.text())),
            _ => {
                tracing::debug!(words = output.stderr, "this git cannot look for conflicts");
                Ok(())
            }
        }
    }

    async fn fetch_base(&self, target: &PushTarget, name: &str) -> Result<(), WorkspaceError> {
        let access = RemoteAccess::new(&target.url, target.token.as_ref())?;
        let lock = self.project().lock().await?;
        let mirror = self.mirror().clone().in_turn(&lock);
        let fetch = mirror.command("fetch", Protocols::Http).args(FETCH_OPTIONS);
        fetch
            .arg("--")
            .arg(access.url())
            .arg(format!("+refs/heads/{}:{name}", self.base()))
            .access(&access)
            .succeed()
            .await?;
        Ok(())
    }

    /// The answer of git: a tree, then the files in conflict.
    fn conflict(&self, answer: &str) -> WorkspaceError {
        let mut files: Vec<String> = answer
            .split_terminator('\0')
            .skip(1)
            .filter(|file| !file.is_empty())
            .map(str::to_owned)
            .collect();
        let more = files.len().saturating_sub(MAX_NAMED_FILES);
        files.truncate(MAX_NAMED_FILES);
        if more > 0 {
            files.push(format!("{more} more"));
        }
        WorkspaceError::Conflict {
            base: self.base().to_owned(),
            branch: self.branch().to_owned(),
            files,
        }
    }
}
