//! The database of either engine.
use super::{
    FromCells, Statement,
    postgres::{Postgres, PostgresOptions},
    sqlite::Sqlite,
    tx::{self, Snapshot, Tx},
};
use crate::Result;
use std::path::Path;

/// The read models' database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db(Engine);

#[derive(Debug, Clone)]
enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Db {
    /// Opens or creates the file. One that is damaged or of another make is replaced: the log fills it again.
    ///
    /// # Errors
    /// The folder is missing, not writable or the disk is full.
    pub async fn open(path: &Path) -> Result<Self> {
        Ok(Self(Engine::Sqlite(Sqlite::open(path).await?)))
    }

    /// A database that lives as long as this handle, for tests. It has one connection, so reads wait for writes.
    ///
    /// # Errors
    /// The tables could not be made.
    pub async fn in_memory() -> Result<Self> {
        Ok(Self(Engine::Sqlite(Sqlite::in_memory().await?)))
    }

    /// A database on a PostgreSQL server, which several processes share. One that may write makes the tables.
    ///
    /// # Errors
    /// [`crate::ConnectError`] says in one line what is wrong and how to mend it.
    pub async fn connect(options: &PostgresOptions) -> Result<Self> {
        Ok(Self(Engine::Postgres(Postgres::connect(options).await?)))
    }

    /// Waits until every connection is closed, which folds a file's write-ahead log into it.
    pub async fn close(&self) {
        match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(postgres) => postgres.close().await,
        }
    }

    /// The engine that other processes use too, if it is one.
    pub(crate) fn shared(&self) -> Option<&Postgres> {
        match &self.0 {
            Engine::Sqlite(_) => None,
            Engine::Postgres(postgres) => Some(postgres),
        }
    }

    /// A writing transaction on the tables whose names end in `suffix` (empty for the live ones).
    pub(crate) async fn begin(&self, suffix: &str) -> Result<Tx> {
        let engine = match &self.0 {
            Engine::Sqlite(sqlite) => {
                tx::Engine::Sqlite(sqlite.write.begin_with("BEGIN IMMEDIATE").await?)
            }
            Engine::Postgres(postgres) => tx::Engine::Postgres(postgres.begin().await?),
        };
        Ok(Tx::new(engine, suffix))
    }

    /// Several reads of one moment.
    pub(crate) async fn snapshot(&self) -> Result<Snapshot> {
        Ok(Snapshot::new(match &self.0 {
            Engine::Sqlite(sqlite) => tx::Engine::Sqlite(sqlite.read.begin().await?),
            Engine::Postgres(postgres) => tx::Engine::Postgres(postgres.snapshot().await?),
        }))
    }

    pub(crate) async fn all<R: FromCells>(&self, statement: Statement) -> Result<Vec<R>> {
        match &self.0 {
            Engine::Sqlite(_) => self.snapshot().await?.all(statement).await,
            Engine::Postgres(postgres) => {
                tx::fetch_postgres(&mut *postgres.reader().await?, statement).await
            }
        }
    }

    pub(crate) async fn one<R: FromCells>(&self, statement: Statement) -> Result<Option<R>> {
        Ok(self.all(statement).await?.into_iter().next())
    }
}
