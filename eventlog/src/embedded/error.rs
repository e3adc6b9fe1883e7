use crate::LogError;
use rusqlite::ErrorCode;
use std::{
    io,
    path::{Path, PathBuf},
};

/// Why an embedded log could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the data directory {} cannot be used: {source}; check its path and permissions", dir.display())]
    Directory { dir: PathBuf, source: io::Error },
    #[error(
        "the data directory {} is in use by {holder}: stop that process or choose another directory",
        dir.display()
    )]
    InUse { dir: PathBuf, holder: String },
    #[error(
        "{} has format {found}, this program reads up to format {known}: start the newer Errand that wrote it",
        file.display()
    )]
    NewerFormat {
        file: PathBuf,
        found: i64,
        known: i64,
    },
    #[error("{} is not an Errand event log: move it away or choose another directory", file.display())]
    Foreign { file: PathBuf },
    #[error("{} holds something unreadable ({detail}): restore it from a backup", file.display())]
    Corrupt { file: PathBuf, detail: String },
    #[error("the event log {} cannot be opened: {source}", file.display())]
    Database {
        file: PathBuf,
        source: rusqlite::Error,
    },
    #[error("the event log's writer thread cannot be started: {0}")]
    Thread(io::Error),
}

/// Why a whole transaction failed; every caller in it is told the same.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    /// Nothing was stored.
    NotStored(String),
    /// The commit itself failed in a way that leaves open whether a crash would bring it back.
    Unknown(String),
}

impl Fault {
    /// `committing`: the error came from the commit, not from a statement before it.
    pub fn of(file: &Path, error: &rusqlite::Error, committing: bool) -> Self {
        let code = error.sqlite_error_code();
        if code == Some(ErrorCode::DiskFull) {
            return Self::NotStored(full(file));
        }
        let text = format!("{} cannot be written: {error}", file.display());
        if committing && code == Some(ErrorCode::SystemIoFailure) {
            return Self::Unknown(text);
        }
        Self::NotStored(text)
    }

    pub fn to_error(&self) -> LogError {
        match self {
            Self::NotStored(text) => LogError::Unavailable(text.clone()),
            Self::Unknown(text) => LogError::Unknown(text.clone()),
        }
    }
}

fn full(file: &Path) -> String {
    format!(
        "the disk is full, or {} has reached its size limit: free some space or raise the limit; \
         nothing was lost, writing goes on by itself when there is room",
        file.display()
    )
}

/// A failed read.
pub(super) fn unreadable(error: &rusqlite::Error) -> LogError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            LogError::Corrupt(error.to_string())
        }
        _ => LogError::Unavailable(format!("the event log cannot be read: {error}")),
    }
}

pub(super) fn closed() -> LogError {
    LogError::Unavailable("it was closed".into())
}
