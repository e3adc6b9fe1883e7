//! The commit a session's branch stands at.

use super::{WorkspaceError, worktree::Worktree};

impl Worktree {
    /// The object name, in hexadecimal, of the branch's newest commit, whoever made it.
    ///
    /// # Errors
    /// Git failed.
    pub async fn head(&self) -> Result<String, WorkspaceError> {
        self.mirror().seal()?;
        let name = self.head_name();
        let output = self
            .git("rev-parse")
            .args(["--verify", &name])
            .succeed()
            .await?;
        Ok(output.line())
    }
}
