//! The files that one commit changes against another, with their patches.

use super::Repository;
use super::facts::text;
use crate::SandboxError;

/// What happened to a file, in GitHub's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileStatus {
    Added,
    Removed,
    Modified,
    Renamed,
    Copied,
    Changed,
}

impl FileStatus {
    fn from_letter(letter: &str) -> Self {
        match letter.chars().next() {
            Some('A') => Self::Added,
            Some('D') => Self::Removed,
            Some('R') => Self::Renamed,
            Some('C') => Self::Copied,
            Some('T') => Self::Changed,
            _ => Self::Modified,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Modified => "modified",
            Self::Renamed => "renamed",
            Self::Copied => "copied",
            Self::Changed => "changed",
        }
    }
}

/// One changed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChangedFile {
    pub(crate) name: String,
    pub(crate) previous_name: Option<String>,
    pub(crate) status: FileStatus,
    /// The blob after the change; before it when the file is gone.
    pub(crate) blob: String,
    pub(crate) additions: u64,
    pub(crate) deletions: u64,
    /// Without the lines that name the file, as GitHub gives it; `None` for a binary file.
    pub(crate) patch: Option<String>,
}

impl Repository {
    /// The files that differ between two commits, in git's order.
    pub(crate) async fn changed_files(
        &self,
        from: &str,
        to: &str,
    ) -> Result<Vec<ChangedFile>, SandboxError> {
        let raw = self
            .git(&["diff", "--raw", "--no-abbrev", "-z", "-M", from, to, "--"])
            .await?;
        let counts = self
            .git(&["diff", "--numstat", "-z", "-M", from, to, "--"])
            .await?;
        let patches = patches(&self.diff(from, to).await?);
        let mut files = raw_files(&text(&raw));
        let counts = line_counts(&text(&counts));
        for (index, file) in files.iter_mut().enumerate() {
            (file.additions, file.deletions) = counts.get(index).copied().unwrap_or_default();
            file.patch = patches.get(index).cloned().flatten();
        }
        Ok(files)
    }

    /// The whole difference as git writes it.
    pub(crate) async fn diff(&self, from: &str, to: &str) -> Result<String, SandboxError> {
        Ok(text(&self.git(&["diff", "-M", from, to, "--"]).await?))
    }
}

/// Reads `--raw -z`: `:mode mode sha sha LETTER`, then one name, or two for a rename or copy.
fn raw_files(raw: &str) -> Vec<ChangedFile> {
    let mut fields = raw.split('\0');
    let mut files = Vec::new();
    while let Some(head) = fields.next().filter(|field| !field.is_empty()) {
        let columns: Vec<&str> = head.trim_start_matches(':').split(' ').collect();
        let status = FileStatus::from_letter(columns.get(4).unwrap_or(&"M"));
        let blob = columns
            .get(if status == FileStatus::Removed { 2 } else { 3 })
            .unwrap_or(&"");
        let first = fields.next().unwrap_or_default().to_owned();
        let two_names = matches!(status, FileStatus::Renamed | FileStatus::Copied);
        let (name, previous_name) = if two_names {
            (fields.next().unwrap_or_default().to_owned(), Some(first))
        } else {
            (first, None)
        };
        let blob = (*blob).to_owned();
        files.push(ChangedFile {
            name,
            previous_name,
            status,
            blob,
            additions: 0,
            deletions: 0,
            patch: None,
        });
    }
    files
}

/// Reads `--numstat -z`: `added TAB deleted TAB name`, where a rename has an empty name and two more fields.
fn line_counts(numstat: &str) -> Vec<(u64, u64)> {
    let mut fields = numstat.split('\0');
    let mut counts = Vec::new();
    while let Some(line) = fields.next().filter(|field| !field.is_empty()) {
        let mut columns = line.split('\t');
        let mut number = || {
            columns
                .next()
                .and_then(|column| column.parse().ok())
                .unwrap_or(0)
        };
        counts.push((number(), number()));
        if line.ends_with('\t') {
            fields.nth(1);
        }
    }
    counts
}

/// The patch of each file: what follows its `+++` line. Lines of content never begin with `diff --git`.
fn patches(diff: &str) -> Vec<Option<String>> {
    let mut patches: Vec<Option<String>> = Vec::new();
    for line in diff.split_inclusive('\n') {
        if line.starts_with("diff --git ") {
            patches.push(None);
        } else if let Some(patch) = patches.last_mut() {
            match patch {
                Some(text) => text.push_str(line),
                None if line.starts_with("@@ ") => *patch = Some(line.to_owned()),
                None => {}
            }
        }
    }
    patches
        .into_iter()
        .map(|patch| patch.map(|text| text.trim_end_matches('\n').to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rename_keeps_both_names_and_its_counts() {
        let raw =
            ":100644 100644 aaa bbb R090\0old.txt\0new.txt\0:000000 100644 000 ccc A\0added.txt\0";
        let files = raw_files(raw);
        assert_eq!(files[0].previous_name.as_deref(), Some("old.txt"));
        assert_eq!(
            (files[0].name.as_str(), files[0].status),
            ("new.txt", FileStatus::Renamed)
        );
        assert_eq!(
            (files[1].name.as_str(), files[1].blob.as_str()),
            ("added.txt", "ccc")
        );
        assert_eq!(
            line_counts("1\t2\t\0old.txt\0new.txt\x003\t0\tadded.txt\0-\t-\tx.png\0"),
            [(1, 2), (3, 0), (0, 0)]
        );
    }

    #[test]
    fn patches_are_split_by_file_and_binary_files_have_none() {
        let diff = "diff --git a/a b/a\nindex 1..2\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+y\n\
                    diff --git a/b b/b\nBinary files a/b and b/b differ\n";
        assert_eq!(
            patches(diff),
            [Some("@@ -1 +1 @@\n-x\n+y".to_owned()), None]
        );
    }
}
