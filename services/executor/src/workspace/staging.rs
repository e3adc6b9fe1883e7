//! Taking everything in a work tree into an index, within limits.

use std::path::Path;

use super::git::GitCommand;
use super::worktree::Worktree;
use super::{WorkspaceError, git};

/// The most changed files one session may leave.
pub const MAX_CHANGED_FILES: usize = 20_000;

/// The largest file GitHub takes.
pub const MAX_FILE_BYTES: u64 = 100 * 1024 * 1024;

/// The most that all changed files may hold together.
pub const MAX_CHANGED_BYTES: u64 = 1024 * 1024 * 1024;

/// How much of a listing of changed files is read.
const MAX_LISTING_BYTES: usize = 16 * 1024 * 1024;

/// Whether files that cannot be read (they may vanish while an agent works) are passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    PassOver,
    Fail,
}

impl Worktree {
    /// Puts all files into `index` (`None`: the work tree's own). Repositories that an agent made inside the tree
    /// cannot be part of a commit; their paths are returned.
    pub(crate) async fn stage(
        &self,
        index: Option<&Path>,
        unreadable: Unreadable,
    ) -> Result<Vec<String>, WorkspaceError> {
        let pending = self.pending(index).await?;
        self.check_sizes(&pending)?;
        let nested: Vec<String> = pending
            .into_iter()
            .filter(|path| path.ends_with('/'))
            .collect();
        let excluded = nested
            .iter()
            .map(|path| format!(":(exclude,literal){}", path.trim_end_matches('/')));
        let paths: Vec<String> = std::iter::once(":/".to_owned()).chain(excluded).collect();
        let mut add = self.indexed("add", index).args([
            "--all",
            "--pathspec-from-file=-",
            "--pathspec-file-nul",
        ]);
        if unreadable == Unreadable::PassOver {
            add = add.arg("--ignore-errors");
        }
        let output = add.input(paths.join("\0").into_bytes()).run().await?;
        let passed_over = unreadable == Unreadable::PassOver && output.code == Some(1);
        if output.code == Some(0) || (passed_over && !git::is_disk_full(&output.stderr)) {
            return Ok(nested);
        }
        Err(git::failure_of("add", None, &output))
    }

    /// A git command in this work tree that uses `index`.
    pub(crate) fn indexed(&self, name: &'static str, index: Option<&Path>) -> GitCommand<'_> {
        match index {
            Some(index) => self.git(name).variable("GIT_INDEX_FILE", index),
            None => self.git(name),
        }
    }

    /// Paths that differ from `index`, repositories inside the tree with a slash at the end.
    async fn pending(&self, index: Option<&Path>) -> Result<Vec<String>, WorkspaceError> {
        let listing = self
            .indexed("ls-files", index)
            .args(["-z", "--modified", "--others", "--exclude-standard"])
            .max_output(MAX_LISTING_BYTES, git::Overflow::Truncate)
            .succeed()
            .await?;
        let text = listing.text();
        let paths: Vec<String> = text.split_terminator('\0').map(str::to_owned).collect();
        if listing.truncated || paths.len() > MAX_CHANGED_FILES {
            return Err(WorkspaceError::TooManyFiles {
                limit: MAX_CHANGED_FILES,
            });
        }
        Ok(paths)
    }

    fn check_sizes(&self, paths: &[String]) -> Result<(), WorkspaceError> {
        let mut total = 0;
        for path in paths {
            // A link is as large as its text: what it points to is not read.
            let Ok(metadata) = std::fs::symlink_metadata(self.path().join(path)) else {
                continue;
            };
            let bytes = if metadata.is_dir() { 0 } else { metadata.len() };
            if bytes > MAX_FILE_BYTES {
                let path = path.clone();
                return Err(WorkspaceError::FileTooLarge {
                    path,
                    bytes,
                    limit_bytes: MAX_FILE_BYTES,
                });
            }
            total += bytes;
        }
        if total > MAX_CHANGED_BYTES {
            return Err(WorkspaceError::TooManyBytes {
                limit_bytes: MAX_CHANGED_BYTES,
            });
        }
        Ok(())
    }
}
