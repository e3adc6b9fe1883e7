//! Locks that last as long as the session that took them: they go when its process dies or its connection breaks.
use super::Postgres;
use crate::{Error, Result};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use std::time::Duration;

/// The number of a lock's name (`$1`), apart from those of other schemas in the same database.
const NUMBER: &str = "hashtextextended('errand.' || current_schema() || '.' || $1, 0)";

/// A session for locks alone.
pub struct Locks {
    session: PgConnection,
    peer: super::Peer,
    timeout: Duration,
}

impl Postgres {
    pub async fn locks(&self) -> Result<Locks> {
        let options = self.write.connect_options();
        let connecting = PgConnection::connect_with(&options);
        let connected = tokio::time::timeout(self.timeout, connecting).await;
        let connected = connected.map_err(|_| self.peer.silent(self.timeout))?;
        Ok(Locks {
            session: connected.map_err(|e| self.peer.refused(e))?,
            peer: self.peer.clone(),
            timeout: self.timeout,
        })
    }
}

impl Locks {
    /// False when another session has it. A lock that is taken twice must not be asked for.
    pub async fn take(&mut self, name: &str) -> Result<bool> {
        let sql = format!("SELECT pg_try_advisory_lock({NUMBER})");
        let asked = sqlx::query_scalar(AssertSqlSafe(sql)).bind(name);
        let answer = tokio::time::timeout(self.timeout, asked.fetch_one(&mut self.session)).await;
        Ok(answer.map_err(|_| self.peer.silent(self.timeout))??)
    }

    /// That the session, and with it what it holds, is still there.
    pub async fn check(&mut self) -> Result<()> {
        let answer = tokio::time::timeout(self.timeout, self.session.ping()).await;
        let answer = answer.map_err(|_| Error::from(self.peer.silent(self.timeout)))?;
        Ok(answer?)
    }

    pub async fn close(self) {
        // The server frees the locks either way, now or as soon as it notices.
        let _ = tokio::time::timeout(self.timeout, self.session.close()).await;
    }
}

/// Whether nobody holds the lock; nobody else takes it until the transaction ends.
pub async fn is_free(connection: &mut PgConnection, name: &str) -> Result<bool> {
    let sql = format!("SELECT pg_try_advisory_xact_lock({NUMBER})");
    let asked = sqlx::query_scalar(AssertSqlSafe(sql)).bind(name);
    Ok(asked.fetch_one(connection).await?)
}
