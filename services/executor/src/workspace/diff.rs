//! The diff a person reads.

use super::WorkspaceError;
use super::git::Overflow;
use super::worktree::Worktree;

/// The session's work as a unified diff against the base, committed or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// The diff; bytes that are no UTF-8 are replaced.
    pub text: String,
    /// True when the text was cut at the asked size; the numbers are of the whole.
    pub truncated: bool,
    pub files: usize,
    pub insertions: u64,
    pub deletions: u64,
}

impl Worktree {
    /// The diff, cut at a line end before `max_bytes`. The work tree and its index are not touched.
    pub async fn diff(&self, max_bytes: usize) -> Result<Diff, WorkspaceError> {
        let (index, _) = self.staged_copy().await?;
        let base = self.comparison().await?;
        let changes = self.changes_in(&index, &base).await?;
        let output = self
            .indexed("diff", Some(index.path()))
            .args([
                "--cached",
                "--find-renames",
                "--no-ext-diff",
                "--no-textconv",
                "--no-color",
                &base,
            ])
            .max_output(max_bytes, Overflow::Truncate)
            .succeed()
            .await?;
        let mut bytes = output.stdout;
        if output.truncated {
            let whole_lines = bytes
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |end| end + 1);
            bytes.truncate(whole_lines);
        }
        Ok(Diff {
            text: String::from_utf8_lossy(&bytes).into_owned(),
            truncated: output.truncated,
            files: changes.files.len(),
            insertions: changes.insertions,
            deletions: changes.deletions,
        })
    }
}
