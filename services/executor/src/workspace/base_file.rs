//! Whether a file is still the base's.

use super::WorkspaceError;
use super::worktree::Worktree;

impl Worktree {
    /// Whether the file at `path` is byte for byte the one that the session found.
    ///
    /// # Errors
    /// Git failed, or the file cannot be read.
    pub async fn is_unchanged(&self, path: &str) -> Result<bool, WorkspaceError> {
        self.mirror().seal()?;
        let name = format!("{}:{path}", self.comparison().await?);
        let found = self
            .git("rev-parse")
            .args(["--verify", "--quiet", "--end-of-options", &name])
            .run()
            .await?;
        if found.code != Some(0) {
            return Ok(false);
        }
        let present = self
            .git("hash-object")
            .args(["--no-filters", "--", path])
            .succeed()
            .await?;
        Ok(found.line() == present.line())
    }
}
