//! A file: one connection that writes, several that read.
use super::migrations;
use crate::{Error, Result};
use sqlx::{
    ConnectOptions as _, SqlitePool,
    migrate::MigrateError,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, time::Duration};

const MAX_READERS: u32 = 4;
/// How long a query waits for a free connection before it fails.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const WRITER_CACHE_KIB: u32 = 16 * 1024;
const READER_CACHE_KIB: u32 = 4 * 1024;
/// Pages of 4 KiB that the write-ahead log may grow to before it is folded into the file.
const WAL_PAGES: u32 = 16_000;
/// Prepared statements kept per connection: a few sizes of bulk statement for each table, and the queries.
const STATEMENT_CACHE: usize = 200;

#[derive(Debug, Clone)]
pub struct Sqlite {
    pub write: SqlitePool,
    pub read: SqlitePool,
}

impl Sqlite {
    /// Opens or creates the file. One that is damaged or of another make is replaced.
    pub async fn open(path: &Path) -> Result<Self> {
        match Self::open_as_is(path).await {
            Err(error) if is_unusable(&error) => {
                tracing::warn!(%error, path = %path.display(), "the views file is unusable and is made anew from the log");
                discard(path)?;
                Self::open_as_is(path).await
            }
            other => other,
        }
    }

    pub async fn in_memory() -> Result<Self> {
        let options = writer(SqliteConnectOptions::new().in_memory(true));
        let pool = pool(1, options).await?;
        migrations::sqlite().run(&pool).await?;
        Ok(Self {
            write: pool.clone(),
            read: pool,
        })
    }

    async fn open_as_is(path: &Path) -> Result<Self> {
        let file = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal);
        let open_error = |error: sqlx::Error| match error {
            sqlx::Error::Database(e) if e.code().as_deref() == Some("14") => Error::Open {
                path: path.display().to_string(),
                reason: "the folder is missing or not writable".into(),
            },
            other => other.into(),
        };
        let write = pool(1, writer(file.clone())).await.map_err(open_error)?;
        migrations::sqlite().run(&write).await?;
        let read = pool(MAX_READERS, reader(file)).await?;
        Ok(Self { write, read })
    }

    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

async fn pool(size: u32, options: SqliteConnectOptions) -> sqlx::Result<SqlitePool> {
    SqlitePoolOptions::new()
        .max_connections(size)
        .min_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_with(options)
        .await
}

/// `NORMAL` survives a killed process, and a power cut without damage; what it then lacks comes from the log.
fn writer(options: SqliteConnectOptions) -> SqliteConnectOptions {
    shared(options, WRITER_CACHE_KIB)
        .synchronous(SqliteSynchronous::Normal)
        .pragma("wal_autocheckpoint", WAL_PAGES.to_string())
}

fn reader(options: SqliteConnectOptions) -> SqliteConnectOptions {
    shared(options, READER_CACHE_KIB).pragma("query_only", "ON")
}

fn shared(options: SqliteConnectOptions, cache_kib: u32) -> SqliteConnectOptions {
    options
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(STATEMENT_CACHE)
        .pragma("cache_size", format!("-{cache_kib}"))
        .pragma("temp_store", "MEMORY")
        .disable_statement_logging()
}

/// Damaged, no database at all, or made by another version of the migrations.
fn is_unusable(error: &Error) -> bool {
    const CORRUPT: &str = "11";
    const NOT_A_DATABASE: &str = "26";
    let damaged = |e: &sqlx::Error| {
        let code = e.as_database_error().and_then(|e| e.code());
        code.is_some_and(|c| c == CORRUPT || c == NOT_A_DATABASE)
    };
    match error {
        Error::Sql(e) | Error::Migrate(MigrateError::Execute(e)) => damaged(e),
        Error::Migrate(e) => matches!(
            e,
            MigrateError::VersionMismatch(_)
                | MigrateError::VersionMissing(_)
                | MigrateError::Dirty(_)
        ),
        _ => false,
    }
}

fn discard(path: &Path) -> Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let mut file = path.as_os_str().to_owned();
        file.push(suffix);
        match std::fs::remove_file(&file) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::Open {
                    path: path.display().to_string(),
                    reason: format!("it is damaged and cannot be removed: {e}"),
                });
            }
            _ => {}
        }
    }
    Ok(())
}
