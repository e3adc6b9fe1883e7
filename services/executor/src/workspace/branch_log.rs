//! Notices when somebody else moved the session's branch, and puts it back.
//!
//! An agent may write every branch of the repository that the sessions share, for git keeps them all in one folder.
//! What git keeps of a tree alone is closed to the agents of others, and there it logs where the tree's HEAD was: a
//! branch that stands where its tree has never been was moved from elsewhere.

use std::path::Path;

use super::WorkspaceError;
use super::worktree::Worktree;

/// Git adds to this log where it exists, whatever the configuration says of logs.
const LOG: &str = "logs/HEAD";

/// Begins the log of a new tree, whose branch stands at `commit`.
pub(crate) fn begin(administration: &Path, commit: &str) -> Result<(), WorkspaceError> {
    let nothing = "0".repeat(commit.len());
    let line = format!("{nothing} {commit} Errand <errand@localhost> 0 +0000\tthe work begins\n");
    let log = administration.join(LOG);
    let made = log.parent().map_or(Ok(()), std::fs::create_dir_all);
    made.and_then(|()| std::fs::write(log, line))
        .map_err(|source| WorkspaceError::io("begin the log of the work tree", source))
}

impl Worktree {
    /// Puts the branch back to where this tree was last, if somebody else moved it; answers whether that was so. What
    /// is in the tree stays as it is.
    ///
    /// # Errors
    /// Git failed.
    pub async fn take_back_branch(&self) -> Result<bool, WorkspaceError> {
        // A later session may have taken the branch over: then it is not this tree's any more.
        if !self.is_on_branch().await? {
            return Ok(false);
        }
        let log = std::fs::read_to_string(self.administration().join(LOG)).unwrap_or_default();
        let been: Vec<&str> = log.lines().filter_map(|it| it.split(' ').nth(1)).collect();
        let tip = self.commit_of(&self.head_name()).await?;
        if tip.as_deref().is_some_and(|tip| been.contains(&tip)) {
            return Ok(false);
        }
        // An agent can spoil the log of its own tree: then nothing is known, and nothing is done.
        let Some(last) = been.last() else {
            return Ok(false);
        };
        if self.commit_of(last).await?.as_deref() != Some(*last) {
            return Ok(false);
        }
        self.git("update-ref")
            .args([&self.head_name(), *last])
            .succeed()
            .await?;
        let branch = self.branch();
        tracing::warn!(
            branch,
            found = tip,
            put_back_to = last,
            "another run moved this branch"
        );
        Ok(true)
    }
}
