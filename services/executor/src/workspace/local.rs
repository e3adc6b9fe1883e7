//! A look at the person's own repository that runs nothing of it and writes nothing into it.

use std::path::{Path, PathBuf};

use super::git::{Git, GitOutput, Overflow, Protocols};
use super::{Note, WorkspaceError};

/// How much of a status listing is counted.
const MAX_STATUS_BYTES: usize = 1024 * 1024;

/// A repository on this machine, named by its top folder.
#[derive(Clone, Debug)]
pub(crate) struct LocalRepository {
    path: PathBuf,
    notes: Vec<Note>,
}

impl LocalRepository {
    /// Accepts the top of a work tree, or a bare repository.
    pub(crate) async fn inspect(git: &Git, given: &Path) -> Result<Self, WorkspaceError> {
        let path = existing_folder(given)?;
        let output = git
            .command("rev-parse", Protocols::None)
            .args([
                "--is-bare-repository",
                "--is-shallow-repository",
                "--absolute-git-dir",
            ])
            .within(&path)
            .run()
            .await?;
        let (bare, shallow, git_folder) = answers(&path, &output)?;
        let top = if bare {
            git_folder
        } else {
            top_of(git, &path, &git_folder).await?
        };
        if canonical(&top) != path {
            return Err(WorkspaceError::InsideRepository { path, top });
        }
        let mut notes = Vec::new();
        if bare {
            notes.push(Note::Bare);
        } else {
            notes.extend(uncommitted(git, &path).await?);
        }
        notes.extend(shallow.then_some(Note::Shallow));
        Ok(Self { path, notes })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn notes(&self) -> &[Note] {
        &self.notes
    }
}

fn existing_folder(given: &Path) -> Result<PathBuf, WorkspaceError> {
    let not_a_repository = |reason: &str| WorkspaceError::NotARepository {
        path: given.to_owned(),
        reason: reason.to_owned(),
    };
    let path =
        std::fs::canonicalize(given).map_err(|_| not_a_repository("there is no such folder"))?;
    if !path.is_dir() {
        return Err(not_a_repository("it is a file"));
    }
    Ok(path)
}

/// Reads the three lines of `rev-parse`: bare, shallow, and where git keeps its files.
fn answers(path: &Path, output: &GitOutput) -> Result<(bool, bool, PathBuf), WorkspaceError> {
    let text = output.text();
    let mut lines = text.lines();
    match (output.code, lines.next(), lines.next(), lines.next()) {
        (Some(0), Some(bare), Some(shallow), Some(folder)) => {
            Ok((bare == "true", shallow == "true", PathBuf::from(folder)))
        }
        _ => Err(WorkspaceError::NotARepository {
            path: path.to_owned(),
            reason: super::git::detail_of(output),
        }),
    }
}

/// The top of the work tree that `path` is in. Inside the `.git` folder there is none: then it is the folder's parent.
async fn top_of(git: &Git, path: &Path, git_folder: &Path) -> Result<PathBuf, WorkspaceError> {
    let output = git
        .command("rev-parse", Protocols::None)
        .arg("--show-toplevel")
        .within(path)
        .run()
        .await?;
    if output.code == Some(0) {
        return Ok(PathBuf::from(output.line()));
    }
    Ok(git_folder.parent().unwrap_or(git_folder).to_owned())
}

fn canonical(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// How many files the person has not committed. A work tree too large to look at in time yields no note.
async fn uncommitted(git: &Git, path: &Path) -> Result<Option<Note>, WorkspaceError> {
    let listing = git
        .command("status", Protocols::None)
        .args([
            "--porcelain",
            "-z",
            "--no-renames",
            "--untracked-files=normal",
            "--ignore-submodules=all",
        ])
        .config(silenced_filters(git, path).await?)
        .within(path)
        .max_output(MAX_STATUS_BYTES, Overflow::Truncate)
        .run()
        .await;
    match listing {
        Ok(listing) => {
            let files = listing
                .stdout
                .split(|byte| *byte == 0)
                .filter(|entry| !entry.is_empty())
                .count();
            Ok((files > 0).then_some(Note::Uncommitted { files }))
        }
        Err(WorkspaceError::TimedOut { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Switches off every filter the repository's configuration defines: comparing a file would run it.
async fn silenced_filters(git: &Git, path: &Path) -> Result<Vec<(String, String)>, WorkspaceError> {
    let listing = git
        .command("config", Protocols::None)
        .args(["--list", "--name-only", "-z"])
        .within(path)
        .succeed()
        .await?;
    let text = listing.text();
    let filters = text.split('\0').filter(|key| key.starts_with("filter."));
    Ok(filters
        .map(|key| (key.to_owned(), silent_value(key).to_owned()))
        .collect())
}

fn silent_value(key: &str) -> &'static str {
    if key.ends_with(".required") {
        "false"
    } else {
        ""
    }
}
