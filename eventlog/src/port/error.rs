use crate::Seq;
use errand_proto::Subject;

pub type Result<T> = std::result::Result<T, LogError>;

/// What can go wrong at the log. Each variant asks for a different answer.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Somebody else wrote first: reload, decide again.
    #[error("{subject} has moved on to sequence {actual}")]
    Conflict { subject: Subject, actual: Seq },
    /// The answer was lost: it may or may not be stored. Repeat the very same append.
    #[error("the outcome of the append is unknown: {0}")]
    Unknown(String),
    /// Nothing was stored. Try again later.
    #[error("the event log is unavailable: {0}")]
    Unavailable(String),
    /// Nothing was stored and trying again will not help.
    #[error("the event log refused: {0}")]
    Rejected(String),
    /// What was stored cannot be read.
    #[error("the event log holds something unreadable: {0}")]
    Corrupt(String),
}

impl LogError {
    /// True when the same call may succeed later.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unknown(_) | Self::Unavailable(_))
    }
}
