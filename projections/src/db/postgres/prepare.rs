//! The first connection, whose troubles are told in words: checks the server and makes or looks for the tables.
use super::{
    Access, PostgresOptions,
    trouble::{ConnectError, Peer},
};
use crate::db::migrations;
use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};

/// The oldest server that Errand takes.
pub const OLDEST_SERVER: i64 = 14;

type Result<T> = std::result::Result<T, ConnectError>;

pub async fn run(options: &PostgresOptions, first: &PgConnectOptions, peer: &Peer) -> Result<()> {
    let connected = tokio::time::timeout(options.timeout, PgConnection::connect_with(first)).await;
    let connected = connected.map_err(|_| peer.silent(options.timeout))?;
    let mut connection = connected.map_err(|e| peer.refused(e))?;
    let version = number(&mut connection, SERVER_VERSION).await;
    let version = version.map_err(|e| peer.refused(e))? / 10_000;
    if version < OLDEST_SERVER {
        return Err(ConnectError::Server(peer.place.clone(), version));
    }
    match options.access {
        Access::Write => {
            let made = migrations::postgres().run(&mut connection).await;
            made.map_err(|e| peer.unmade(e))?;
        }
        Access::Read => look(&mut connection, peer).await?,
    }
    let _ = connection.close().await;
    Ok(())
}

/// That the tables are those of this program.
async fn look(connection: &mut PgConnection, peer: &Peer) -> Result<()> {
    const NO_SUCH_TABLE: &str = "42P01";
    let newest = migrations::newest();
    match number(connection, LAST_STEP).await {
        Ok(step) if step == newest => Ok(()),
        Ok(step) if step > newest => Err(ConnectError::Newer(peer.place.clone(), step, newest)),
        Ok(_) => Err(ConnectError::NoTables(peer.place.clone())),
        Err(sqlx::Error::Database(e)) if e.code().as_deref() == Some(NO_SUCH_TABLE) => {
            Err(ConnectError::NoTables(peer.place.clone()))
        }
        Err(error) => Err(peer.refused(error)),
    }
}

const SERVER_VERSION: &str = "SELECT CAST(current_setting('server_version_num') AS BIGINT)";
const LAST_STEP: &str = "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations WHERE success";

async fn number(connection: &mut PgConnection, sql: &'static str) -> sqlx::Result<i64> {
    sqlx::query_scalar(sql).fetch_one(connection).await
}
