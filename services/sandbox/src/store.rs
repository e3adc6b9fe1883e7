//! The one SQLite file: everything the vendors remember.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::SandboxError;

const SCHEMA: &str = include_str!("store/schema.sql");
const SCHEMA_VERSION: u32 = 1;
const MAX_WORKERS: usize = 4;
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// One connection behind a lock. Statements are tiny, so one is enough and writers need no order of their own.
#[derive(Clone)]
pub(crate) struct Store {
    connection: Arc<Mutex<Connection>>,
    changing: Arc<Mutex<()>>,
    workers: Arc<Semaphore>,
}

impl Store {
    /// Opens or creates the file.
    pub(crate) fn open(path: &Path) -> Result<Self, SandboxError> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        // The state must survive the death of the process, not of the machine: no sync is needed.
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON; PRAGMA cache_size = -1000;",
        )?;
        migrate(&connection)?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
            changing: Arc::default(),
            workers: Arc::new(Semaphore::new(MAX_WORKERS)),
        })
    }

    /// Runs `work` on the calling thread: for code that is already off the async threads.
    pub(crate) fn with<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        // A panic inside `work` rolls its transaction back, so the connection stays good.
        work(
            &mut self
                .connection
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// Held by code that reads, decides and writes back in several steps, so that no two such changes cross.
    pub(crate) fn exclusive(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` off the async threads.
    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T, SandboxError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let store = self.clone();
        Ok(self.off_async(move || store.with(work)).await??)
    }

    /// Runs anything that uses the store off the async threads, a few at a time: one connection serves them all, so more
    /// threads would only wait and cost memory.
    pub(crate) async fn off_async<T, F>(&self, work: F) -> Result<T, SandboxError>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        // The semaphore is never closed, so waiting for a place cannot fail.
        let _place = self.workers.acquire().await.ok();
        let joined = tokio::task::spawn_blocking(work).await;
        joined.map_err(|_| SandboxError::ShuttingDown)
    }
}

fn migrate(connection: &Connection) -> Result<(), SandboxError> {
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match found {
        0 => Ok(connection.execute_batch(&format!(
            "BEGIN; {SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
        ))?),
        SCHEMA_VERSION => Ok(()),
        _ => Err(SandboxError::NewerDatabase {
            found,
            known: SCHEMA_VERSION,
        }),
    }
}
