//! Why the demo agent could not go on.

use std::path::PathBuf;

use thiserror::Error;

/// What ends the demo agent's process with a failure.
#[derive(Debug, Error)]
pub enum DemoError {
    /// The client's pipe broke.
    #[error("the connection to the client broke: {0}")]
    Connection(String),
}

/// What ends one turn before its script does.
#[derive(Debug, Error)]
pub(super) enum Interruption {
    /// The client cancelled the turn.
    #[error("cancelled")]
    Cancelled,
    /// `demo:error` was asked for.
    #[error("the demo agent answers with an error, because its prompt contains `demo:error`")]
    ErrorAsked,
    /// The client is gone.
    #[error("the client is gone: {0}")]
    Disconnected(#[from] agent_client_protocol::Error),
    /// A file could not be read or written.
    #[error("{path}: {error}; check the permissions and the space on the disk", path = path.display())]
    File {
        path: PathBuf,
        error: std::io::Error,
    },
    /// The script's own background work was lost.
    #[error("a part of the demo agent's work was lost: {0}")]
    Lost(#[from] tokio::task::JoinError),
}

/// What a step of a script returns.
pub(super) type Played<T = ()> = Result<T, Interruption>;

/// Names the file in an input or output error.
pub(super) fn at(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Interruption {
    move |error| Interruption::File {
        path: path.into(),
        error,
    }
}
