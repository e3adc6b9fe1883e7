//! What a session changed, committed or not.

use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::WorkspaceError;
use super::git::Overflow;
use super::staging::Unreadable;
use super::worktree::Worktree;

/// How much of a listing of changes is read.
const MAX_LISTING_BYTES: usize = 16 * 1024 * 1024;

/// What happened to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileStatus {
    Added,
    Modified,
    Deleted,
    Renamed {
        from: String,
    },
    /// A file became a link, or the other way round.
    TypeChanged,
}

/// One changed file; lines of binary files are not counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// The path below the top of the repository.
    pub path: String,
    pub status: FileStatus,
    pub insertions: u64,
    pub deletions: u64,
    pub binary: bool,
}

/// Everything in the work tree that differs from the base, committed or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub files: Vec<FileChange>,
    pub insertions: u64,
    pub deletions: u64,
    /// Repositories found inside the work tree, which cannot be part of a commit.
    pub left_out: Vec<String>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// A copy of the index that is thrown away, so that looking never disturbs the agent's own git.
pub(crate) struct ScratchIndex {
    path: PathBuf,
}

impl ScratchIndex {
    fn of(worktree: &Worktree) -> Result<Self, WorkspaceError> {
        let administration = worktree.administration();
        let path = administration.join(format!("scratch-{}", Uuid::new_v4().simple()));
        match std::fs::copy(administration.join("index"), &path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(WorkspaceError::io("copy the index", source))
            }
            _ => Ok(Self { path }),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for ScratchIndex {
    fn drop(&mut self) {
        // A copy that stays behind is only a file; it goes with the work tree.
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Worktree {
    /// The files that differ from the base, including what is not committed. The work tree and its index are not
    /// touched, so it may be called while an agent works.
    pub async fn changed(&self) -> Result<Changes, WorkspaceError> {
        let (index, left_out) = self.staged_copy().await?;
        let changes = self.changes_in(&index, &self.comparison().await?).await?;
        Ok(Changes {
            left_out,
            ..changes
        })
    }

    /// A scratch index with everything in the work tree, and the repositories left out.
    pub(crate) async fn staged_copy(&self) -> Result<(ScratchIndex, Vec<String>), WorkspaceError> {
        self.mirror().seal()?;
        let index = ScratchIndex::of(self)?;
        let left_out = self.stage(Some(index.path()), Unreadable::PassOver).await?;
        Ok((index, left_out))
    }

    pub(crate) async fn changes_in(
        &self,
        index: &ScratchIndex,
        base: &str,
    ) -> Result<Changes, WorkspaceError> {
        let listing = self
            .indexed("diff", Some(index.path()))
            .args([
                "--cached",
                "--raw",
                "--numstat",
                "-z",
                "--find-renames",
                "--no-ext-diff",
                "--no-textconv",
                base,
            ])
            .max_output(MAX_LISTING_BYTES, Overflow::Fail)
            .succeed()
            .await?;
        Ok(parse(&listing.text()))
    }
}

/// Reads `git diff --raw --numstat -z`: first what happened to each file, then its counted lines in the same order.
fn parse(text: &str) -> Changes {
    let mut fields = text.split_terminator('\0').peekable();
    let mut changes = Changes::default();
    while let Some(raw) = fields.next_if(|field| field.starts_with(':')) {
        let letter = raw.rsplit(' ').next().unwrap_or_default().chars().next();
        let Some(first) = fields.next() else { break };
        let (path, status) = match letter {
            Some('R' | 'C') => (
                fields.next().unwrap_or(first),
                FileStatus::Renamed {
                    from: first.to_owned(),
                },
            ),
            Some('A') => (first, FileStatus::Added),
            Some('D') => (first, FileStatus::Deleted),
            Some('T') => (first, FileStatus::TypeChanged),
            _ => (first, FileStatus::Modified),
        };
        changes.files.push(FileChange {
            path: path.to_owned(),
            status,
            insertions: 0,
            deletions: 0,
            binary: false,
        });
    }
    for file in &mut changes.files {
        let Some(counts) = fields.next() else { break };
        let mut parts = counts.splitn(3, '\t');
        let (insertions, deletions) = (
            parts.next().unwrap_or_default(),
            parts.next().unwrap_or_default(),
        );
        file.binary = insertions == "-";
        file.insertions = insertions.parse().unwrap_or(0);
        file.deletions = deletions.parse().unwrap_or(0);
        // A rename has an empty path here and both names after it.
        if parts.next().is_none_or(str::is_empty) {
            fields.next();
            fields.next();
        }
    }
    changes.insertions = changes.files.iter().map(|file| file.insertions).sum();
    changes.deletions = changes.files.iter().map(|file| file.deletions).sum();
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renames_binaries_and_odd_names_are_read() {
        let text = ":100644 100644 aaa bbb M\0a\tb.txt\0:100644 100644 aaa bbb R090\0old\0new\0\
                    :000000 100644 000 ccc A\0logo.png\x003\t1\ta\tb.txt\x002\t2\t\0old\0new\0-\t-\tlogo.png\0";
        let changes = parse(text);
        let paths: Vec<&str> = changes
            .files
            .iter()
            .map(|file| file.path.as_str())
            .collect();
        assert_eq!(paths, ["a\tb.txt", "new", "logo.png"]);
        assert_eq!(
            changes.files[1].status,
            FileStatus::Renamed {
                from: "old".to_owned()
            }
        );
        assert!(changes.files[2].binary);
        assert_eq!((changes.insertions, changes.deletions), (5, 3));
    }
}
