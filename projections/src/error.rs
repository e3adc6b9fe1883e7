use crate::ConnectError;
use errand_eventlog::{LogError, Seq};
use errand_proto::DecodeError;
use std::{sync::Arc, time::Duration};

pub type Result<T> = std::result::Result<T, Error>;

/// What can go wrong with the read models. None of it harms the log: the tables can always be rebuilt.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the views data base failed: {0}")]
    Sql(#[from] sqlx::Error),
    #[error(
        "the tables of the views data base could not be made: {0}; the file may be deleted, it is rebuilt from the log"
    )]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// PostgreSQL cannot be used as it is.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error("the views file {path} could not be opened: {reason}")]
    Open { path: String, reason: String },
    #[error(transparent)]
    Log(#[from] LogError),
    /// Trouble that several readers of one stream share.
    #[error("{0}")]
    Stream(Arc<LogError>),
    /// The projection stops here: nothing is skipped.
    #[error("projection {projection} cannot read event {seq} of {subject}: {source}")]
    Undecodable {
        projection: &'static str,
        seq: Seq,
        subject: String,
        source: DecodeError,
    },
    /// Somebody else moved the checkpoint between reading and writing.
    #[error(
        "projection {0} is being written by another process: run only one projector per data base"
    )]
    Fenced(&'static str),
    /// This process no longer has the right to write.
    #[error("projection {0} is written by another process now")]
    Unseated(&'static str),
    #[error(
        "the views are in a file, which only the process that fills it can look into: run the projector here"
    )]
    NotShared,
    #[error("nothing was heard from a projector for {} s: start one with `errand serve projector`", .0.as_secs())]
    Silence(Duration),
    #[error("the connection on which the projector's news come was lost")]
    LostNotices,
    #[error("there is no projection {0:?}: `errand projections status` lists them")]
    UnknownProjection(String),
    #[error("projection {0} is being rebuilt already: wait until it is done")]
    AlreadyRebuilding(&'static str),
    #[error(
        "the archive's row of event {seq} is not what was written: see `errand audit verify`, then `errand projections rebuild events`"
    )]
    ArchiveBroken { seq: i64 },
    #[error("the archive is made anew while it is read: try again")]
    ArchiveEmptied,
    #[error("projection {0} was rebuilt while it was compared: compare again")]
    RebuiltMeanwhile(&'static str),
    #[error("{count} records begin with {prefix:?}: give more characters of the id")]
    Ambiguous { prefix: String, count: usize },
    #[error("the projections were stopped before the work was done: start Errand and do it again")]
    Stopped,
    #[error("a projection's task broke down, which is a defect: {0}")]
    Task(String),
}

impl Error {
    /// True when somebody else used a table for too long.
    pub(crate) fn is_lock_timeout(&self) -> bool {
        const LOCK_NOT_AVAILABLE: &str = "55P03";
        let database = match self {
            Self::Sql(error) => error.as_database_error(),
            _ => None,
        };
        database.is_some_and(|e| e.code().as_deref() == Some(LOCK_NOT_AVAILABLE))
    }

    /// True when the data base cannot be reached at the moment.
    pub fn is_absence(&self) -> bool {
        use sqlx::Error as E;
        match self {
            Self::Connect(_) => true,
            Self::Sql(error) => matches!(error, E::Io(_) | E::PoolTimedOut | E::PoolClosed),
            _ => false,
        }
    }

    /// True when the same work may succeed later without anybody doing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Sql(_) | Self::Connect(_) | Self::ArchiveEmptied => true,
            Self::Log(error) => error.is_transient(),
            Self::Stream(error) => error.is_transient(),
            _ => false,
        }
    }
}
