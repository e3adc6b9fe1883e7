//! How to reach a database, and how its connections are set up.
use super::ConnectError;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{ConnectOptions as _, postgres::PgConnectOptions};
use std::time::Duration;

/// Prepared statements kept per connection: a few for each table, and the queries.
const STATEMENT_CACHE: usize = 200;
/// No single statement of ours takes longer, however large the tables.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(60);
/// A writing transaction that is begun and forgotten holds up others no longer than this.
const IDLE_IN_TRANSACTION_TIMEOUT: Duration = Duration::from_secs(120);
const PROGRAM: &str = "errand";

/// What a process may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Makes the tables and fills them.
    Write,
    /// Only looks: its user needs no more than SELECT. The tables are made by others.
    Read,
}

/// A database on a PostgreSQL server.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// `postgres://USER:PASSWORD@HOST:PORT/DATABASE`; `?sslmode=verify-full&sslrootcert=FILE` asks for TLS. What it leaves
    /// out comes from `PGPASSWORD`, `~/.pgpass` and the like. A pooler between must keep sessions whole.
    pub url: SecretString,
    pub access: Access,
    /// Connections for queries.
    pub max_readers: u32,
    /// Connections for writing: one for each projection, one for a rebuild.
    pub max_writers: u32,
    /// How long anybody waits for a connection.
    pub timeout: Duration,
}

impl PostgresOptions {
    pub const DEFAULT_MAX_READERS: u32 = 8;
    pub const DEFAULT_MAX_WRITERS: u32 = 8;
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

    pub fn new(url: impl Into<SecretString>) -> Self {
        Self {
            url: url.into(),
            access: Access::Write,
            max_readers: Self::DEFAULT_MAX_READERS,
            max_writers: Self::DEFAULT_MAX_WRITERS,
            timeout: Self::DEFAULT_TIMEOUT,
        }
    }

    pub fn read_only(self) -> Self {
        Self {
            access: Access::Read,
            ..self
        }
    }

    /// # Errors
    /// The URL cannot be understood.
    pub(super) fn parsed(&self) -> Result<PgConnectOptions, ConnectError> {
        let url = self.url.expose_secret();
        if !["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
        {
            return Err(ConnectError::Url("it begins otherwise".into()));
        }
        let options: PgConnectOptions = url
            .parse()
            .map_err(|error: sqlx::Error| ConnectError::Url(reason(&error)))?;
        Ok(options
            .application_name(PROGRAM)
            .statement_cache_capacity(STATEMENT_CACHE)
            .disable_statement_logging())
    }
}

/// The text of a configuration error names a part of the URL, never the password.
fn reason(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Configuration(source) => source.to_string(),
        _ => "it cannot be read".into(),
    }
}

/// Settings of the session. What a crash of the server takes of writes that were not yet on disk goes together with the
/// checkpoint and comes from the log again, so nobody waits for the disk. A peer that is gone without a word is noticed within
/// seconds, for it may hold the right to write. Compiling queries takes longer than running ours.
pub(super) fn writer(options: PgConnectOptions) -> PgConnectOptions {
    session(options).options([
        ("synchronous_commit", "off".into()),
        (
            "idle_in_transaction_session_timeout",
            milliseconds(IDLE_IN_TRANSACTION_TIMEOUT),
        ),
    ])
}

pub(super) fn reader(options: PgConnectOptions) -> PgConnectOptions {
    session(options).options([("default_transaction_read_only", "on")])
}

fn milliseconds(limit: Duration) -> String {
    limit.as_millis().to_string()
}

fn session(options: PgConnectOptions) -> PgConnectOptions {
    options.options([
        ("statement_timeout", milliseconds(STATEMENT_TIMEOUT)),
        ("tcp_keepalives_idle", "5".into()),
        ("tcp_keepalives_interval", "2".into()),
        ("tcp_keepalives_count", "3".into()),
        ("jit", "off".into()),
    ])
}
