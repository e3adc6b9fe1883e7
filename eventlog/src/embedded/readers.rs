//! Connections that only read, each used by one blocking read at a time.
use super::{
    error::{closed, unreadable},
    limits::READ_CONNECTIONS,
    schema,
    shared::lock,
};
use crate::{LogError, port::Result};
use rusqlite::Connection;
use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};
use tokio::sync::Semaphore;

#[derive(Debug, Clone)]
pub(super) struct Readers(Arc<Pool>);

#[derive(Debug)]
struct Pool {
    file: PathBuf,
    idle: Mutex<Vec<Connection>>,
    turns: Arc<Semaphore>,
}

impl Readers {
    pub fn new(file: PathBuf) -> Self {
        Self(Arc::new(Pool {
            file,
            idle: Mutex::new(Vec::new()),
            turns: Arc::new(Semaphore::new(READ_CONNECTIONS)),
        }))
    }

    /// Runs a read off the async threads.
    pub async fn run<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = self.0.turns.clone().acquire_owned().await;
        let turn = turn.map_err(|_| closed())?;
        let pool = self.0.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            pool.read(read)
        });
        reading.await.unwrap_or_else(|error| {
            let text = format!("a read did not end well: {error}");
            Err(LogError::Unavailable(text))
        })
    }

    /// Runs a read of a few microseconds here and now, or not at all when no connection is idle.
    pub fn now<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Option<Result<T>> {
        let idle = lock(&self.0.idle).pop();
        idle.map(|conn| self.0.lend(conn, read))
    }

    /// Later reads are refused; connections under way are closed when they are done.
    pub fn close(&self) {
        self.0.turns.close();
        lock(&self.0.idle).clear();
    }
}

impl Pool {
    fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = lock(&self.idle).pop();
        let conn = match idle {
            Some(conn) => conn,
            None => schema::open_reader(&self.file).map_err(|e| unreadable(&e))?,
        };
        self.lend(conn, read)
    }

    fn lend<T>(&self, conn: Connection, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let result = read(&conn);
        if !self.turns.is_closed() {
            lock(&self.idle).push(conn);
        }
        result
    }
}
