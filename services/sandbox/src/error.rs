use std::path::PathBuf;

use thiserror::Error;

/// Why the sandbox could not be opened or could not do what was asked of it.
#[derive(Debug, Error)]
pub enum SandboxError {
    /// The data folder cannot be used.
    #[error(
        "the sandbox cannot use the folder {path}: {source}; choose another data directory or mend its permissions"
    )]
    Folder {
        /// The folder that was tried.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The database refused.
    #[error(
        "the sandbox's database failed: {0}; if it is damaged, remove sandbox.sqlite and start again"
    )]
    Database(#[from] rusqlite::Error),
    /// The database was written by a newer sandbox.
    #[error(
        "sandbox.sqlite has version {found}, this program knows {known}; use the newer program or another data directory"
    )]
    NewerDatabase {
        /// Version found in the file.
        found: u32,
        /// Newest version this program can read.
        known: u32,
    },
    /// `public_url` is not an http(s) URL.
    #[error("public_url must begin with http:// or https:// and name a host, but is {0:?}")]
    PublicUrl(String),
    /// An owner or repository name that GitHub would not take either.
    #[error(
        "{0:?} is not a repository name: use 1 to 100 letters, digits, '.', '_' or '-', not beginning with '.' or '-'"
    )]
    RepositoryName(String),
    /// git could not be run or refused.
    #[error(
        "git {command} failed: {reason}; check that git is installed and the data directory is writable"
    )]
    Git {
        /// The git subcommand.
        command: String,
        /// What git wrote to standard error, or why it could not be started.
        reason: String,
    },
    /// A call to the one whom the vendors serve did not arrive.
    #[error("Errand did not take the call: {0}")]
    Hook(String),
    /// A task of ours was stopped half-way, which happens only while the process ends.
    #[error("the sandbox is shutting down")]
    ShuttingDown,
}
