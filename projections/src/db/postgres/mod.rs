//! PostgreSQL, which several processes share.
mod bulk;
mod lock;
mod notices;
mod options;
mod prepare;
mod trouble;

pub use bulk::{load, upsert};
pub use lock::{Locks, is_free};
pub use notices::{MAX_NOTICE_BYTES, notify};
pub use options::{Access, PostgresOptions};
pub use trouble::ConnectError;

use crate::{Error, Result};
use sqlx::{
    PgPool, Transaction,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::time::Duration;
use trouble::Peer;
use uuid::Uuid;

/// Connections that were not used for so long are given back.
const IDLE_TIMEOUT: Duration = Duration::from_secs(300);
/// Makes the users `errand_projector`, which writes, and `errand_dashboard`, which only reads, and gives them their rights.
pub const ROLES_SQL: &str = include_str!("../../../roles.sql");
/// For a transaction that needs a table for itself.
pub const GIVE_UP_SOON: &str = "SET LOCAL lock_timeout = '500ms'";
pub const ALL_TABLES: &str =
    "SELECT tablename::TEXT AS name FROM pg_tables WHERE schemaname = current_schema()";
const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Pools for writing and for reading. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Postgres {
    write: PgPool,
    read: PgPool,
    peer: Peer,
    timeout: Duration,
    /// Sets this process apart from the others.
    id: Uuid,
}

impl Postgres {
    pub async fn connect(options: &PostgresOptions) -> Result<Self> {
        let parsed = options.parsed()?;
        let peer = Peer::of(&parsed);
        let (writer, reader) = (options::writer(parsed.clone()), options::reader(parsed));
        let first = match options.access {
            Access::Write => &writer,
            Access::Read => &reader,
        };
        prepare::run(options, first, &peer).await?;
        let read = pool(options.max_readers, options, reader);
        Ok(Self {
            write: match options.access {
                Access::Write => pool(options.max_writers, options, writer),
                Access::Read => read.clone(),
            },
            read,
            peer,
            timeout: options.timeout,
            id: Uuid::new_v4(),
        })
    }

    pub fn id(&self) -> Uuid {
        self.id
    }

    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }

    pub async fn begin(&self) -> Result<Transaction<'static, sqlx::Postgres>> {
        let begun = self.write.begin().await;
        begun.map_err(|e| self.away(e))
    }

    pub async fn snapshot(&self) -> Result<Transaction<'static, sqlx::Postgres>> {
        let begun = self.read.begin_with(SNAPSHOT).await;
        begun.map_err(|e| self.away(e))
    }

    pub async fn reader(&self) -> Result<PoolConnection<sqlx::Postgres>> {
        let acquired = self.read.acquire().await;
        acquired.map_err(|e| self.away(e))
    }

    fn away(&self, error: sqlx::Error) -> Error {
        match error {
            sqlx::Error::PoolTimedOut => self.peer.silent(self.timeout).into(),
            other => other.into(),
        }
    }
}

fn pool(size: u32, options: &PostgresOptions, connect: PgConnectOptions) -> PgPool {
    PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(options.timeout)
        .idle_timeout(IDLE_TIMEOUT)
        .connect_lazy_with(connect)
}
