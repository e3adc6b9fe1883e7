//! Why work in a repository could not go on, and what a person can do about it.

use std::path::PathBuf;
use std::time::Duration;

use super::git::MIN_GIT_VERSION;

/// What stopped a workspace. Every message names the cause and the way out.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    #[error("git was not found as `{}`: install git {}.{} or newer", .program.display(), MIN_GIT_VERSION.0, MIN_GIT_VERSION.1)]
    GitMissing { program: PathBuf },

    #[error("this git is too old ({found}): install git {}.{} or newer", MIN_GIT_VERSION.0, MIN_GIT_VERSION.1)]
    GitTooOld { found: String },

    #[error("{} is not a git repository ({reason}): run `git init` and commit there, or name another folder", .path.display())]
    NotARepository { path: PathBuf, reason: String },

    #[error("{} is a folder inside the repository {}: name that repository instead", .path.display(), .top.display())]
    InsideRepository { path: PathBuf, top: PathBuf },

    #[error(
        "{repository} has no commit yet: commit once, so that there is something to branch from"
    )]
    NoCommits { repository: String },

    #[error(
        "{repository} is on no branch (detached HEAD): check out a branch there, or name the base branch"
    )]
    DetachedHead { repository: String },

    #[error(
        "the repository was cloned without all its files (a partial clone): clone it without --filter, or give the URL it came from"
    )]
    PartialClone,

    #[error("{repository} has no branch `{base}`: name one that exists ({})", .available.join(", "))]
    BaseMissing {
        repository: String,
        base: String,
        available: Vec<String>,
    },

    #[error("`{branch}` cannot be the branch of a session: {reason}")]
    InvalidBranch { branch: String, reason: String },

    #[error("`{project}` cannot name a project folder: use 1 to {max_chars} characters")]
    InvalidProject { project: String, max_chars: usize },

    #[error(
        "`{url}` is no address Errand can use: give an http(s) URL, or the path of a local clone"
    )]
    UnsupportedUrl { url: String },

    #[error(
        "the repository address on {host} holds a user name or password: give them as the token, not in the URL"
    )]
    CredentialsInUrl { host: String },

    #[error(
        "{url} refused the credentials: set a token that may read and write the contents of this repository"
    )]
    Unauthorized { url: String },

    #[error(
        "{url} does not let this token in: give it contents: read and write for this repository, or install the App there"
    )]
    NotPermitted { url: String },

    #[error(
        "the work conflicts with `{base}` in {}: the branch `{branch}` is pushed; merge `{base}` into it by hand, or retry the story", .files.join(", ")
    )]
    Conflict {
        base: String,
        branch: String,
        files: Vec<String>,
    },

    #[error(
        "all workspaces together hold {bytes} bytes, more than {limit_bytes}, the limit: remove old ones, or raise ERRAND_WORKSPACES_BYTES"
    )]
    WorkspacesFull { bytes: u64, limit_bytes: u64 },

    #[error(
        "the session's folder has grown beyond {limit_bytes} bytes, the limit: keep what is built out of it, or raise ERRAND_WORKTREE_BYTES"
    )]
    WorktreeTooLarge { limit_bytes: u64 },

    #[error(
        "{url} does not exist, or the token may not see it: check the address and the token's repositories"
    )]
    RepositoryMissing { url: String },

    #[error("{url} cannot be reached ({detail}): try again when the network and the server are up")]
    Unreachable { url: String, detail: String },

    #[error("{target} refused branch `{branch}`: {refusal}")]
    PushRefused {
        target: String,
        branch: String,
        refusal: PushRefusal,
    },

    #[error(
        "the project's repository is not on this machine, so there is no local branch to publish"
    )]
    NotLocal,

    #[error("the disk is full ({detail}): free some space; nothing that was committed is lost")]
    DiskFull { detail: String },

    #[error("git {command} took longer than {} s and was stopped: try again, or allow it more time", .limit.as_secs())]
    TimedOut {
        command: &'static str,
        limit: Duration,
    },

    #[error(
        "git {command} printed more than {limit_bytes} bytes, the limit: the repository is too large for this step"
    )]
    TooMuchOutput {
        command: &'static str,
        limit_bytes: usize,
    },

    #[error("more than {limit} files changed, the limit: add what is generated to .gitignore")]
    TooManyFiles { limit: usize },

    #[error(
        "{path} has {bytes} bytes, more than a forge takes ({limit_bytes}): add it to .gitignore or remove it"
    )]
    FileTooLarge {
        path: String,
        bytes: u64,
        limit_bytes: u64,
    },

    #[error(
        "the changed files have more than {limit_bytes} bytes together, the limit: add what is generated to .gitignore"
    )]
    TooManyBytes { limit_bytes: u64 },

    #[error("another session of this project held its repository for {} s: try again", .waited.as_secs())]
    Busy { waited: Duration },

    #[error("the folder {} is gone: prepare the session again", .path.display())]
    FolderMissing { path: PathBuf },

    #[error("{} is not empty and no repository: name another folder for the sample site", .path.display())]
    SampleSiteBlocked { path: PathBuf },

    #[error("could not {action}: {source}")]
    Io {
        action: String,
        source: std::io::Error,
    },

    #[error("git {command} failed: {detail}")]
    Git {
        command: &'static str,
        code: Option<i32>,
        detail: String,
    },
}

/// Why the far side did not take a branch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PushRefusal {
    #[error(
        "it has commits there that this session does not know (not a fast-forward): fetch them, or use another branch"
    )]
    NonFastForward,

    #[error("it is checked out there: check out another branch, then publish again")]
    CheckedOut,

    #[error("a branch with the name of its first part exists there: rename that branch")]
    NameTaken,

    #[error(
        "the repository was cloned without its whole history: run `git fetch --unshallow` in it"
    )]
    Incomplete,

    #[error(
        "it is protected there ({reason}): let Errand's branches (errand/*) be written, or change the rule"
    )]
    Protected { reason: String },

    #[error(
        "the work changes .github/workflows, which this token may not: give it the permission workflows: write"
    )]
    WorkflowScope,

    #[error("a rule of the server says no ({reason}): allow the branch there, or change the rule")]
    Rule { reason: String },
}

impl WorkspaceError {
    pub(crate) fn io(action: impl Into<String>, source: std::io::Error) -> Self {
        let action = action.into();
        match source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Self::DiskFull { detail: action }
            }
            _ => Self::Io { action, source },
        }
    }

    /// True when the same call may succeed later without anybody changing anything.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::TimedOut { .. }
                | Self::Busy { .. }
                | Self::DiskFull { .. }
        )
    }
}
