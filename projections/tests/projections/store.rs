//! The databases that the tests run on: every test of the projections runs on either engine.
use errand_projections::{Db, PostgresOptions};
use errand_servers::postgres::{self, Server};
use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection, Row as _, SqliteConnection,
    sqlite::SqliteConnectOptions,
};
use std::{path::PathBuf, sync::OnceLock};
use tempfile::TempDir;

/// Runs tests that take an [`Engine`] once on each.
macro_rules! on_both_engines {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::store::Engine::Sqlite).await;
            })*
        }

        mod postgres {
            $(#[tokio::test]
            async fn $test() {
                if let Some(engine) = crate::store::Engine::postgres() {
                    super::$test(engine).await;
                }
            })*
        }
    };
}

#[derive(Clone, Copy)]
pub enum Engine {
    Sqlite,
    Postgres(&'static Server),
}

/// One server for all tests of this process; `None` when PostgreSQL is not installed.
pub fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let server = SERVER.get_or_init(Server::start).as_ref();
    if server.is_none() {
        postgres::skipped();
    }
    server
}

impl Engine {
    pub fn postgres() -> Option<Self> {
        server().map(Self::Postgres)
    }

    /// A new empty database.
    pub fn store(self) -> Store {
        match self {
            Self::Sqlite => Store::Sqlite(tempfile::tempdir().unwrap()),
            Self::Postgres(server) => Store::Postgres(server.database()),
        }
    }

    pub async fn db(self) -> Db {
        match self {
            Self::Sqlite => Db::in_memory().await.unwrap(),
            Self::Postgres(_) => self.store().open().await,
        }
    }
}

/// One database, which outlives its connections.
pub enum Store {
    Sqlite(TempDir),
    Postgres(String),
}

impl Store {
    pub async fn open(&self) -> Db {
        match self {
            Self::Sqlite(folder) => Db::open(&file(folder)).await.unwrap(),
            Self::Postgres(url) => {
                let options = PostgresOptions::new(url.as_str());
                Db::connect(&options).await.unwrap()
            }
        }
    }

    /// Changes the tables behind the projector's back.
    pub async fn sql(&self, statement: &str) {
        let statement = sqlx::raw_sql(AssertSqlSafe(statement.to_owned()));
        let changed = match self {
            Self::Sqlite(folder) => {
                let done = statement.execute(&mut sqlite(folder).await).await.unwrap();
                done.rows_affected()
            }
            Self::Postgres(url) => {
                let done = statement.execute(&mut postgres(url).await).await.unwrap();
                done.rows_affected()
            }
        };
        assert!(changed > 0, "nothing was changed");
    }

    pub async fn tables(&self) -> Vec<String> {
        self.peek().await.tables().await
    }

    /// Everything in the read models except positions and times of change.
    pub async fn contents(&self) -> Vec<String> {
        let mut peek = self.peek().await;
        let mut all = Vec::new();
        for table in peek.tables().await {
            if table != "checkpoints" && !table.starts_with("_sqlx") {
                let rows = peek.rows(&table).await;
                all.extend(rows.into_iter().map(|row| format!("{table}: {row}")));
            }
        }
        all
    }

    async fn peek(&self) -> Peek {
        match self {
            Self::Sqlite(folder) => Peek::Sqlite(sqlite(folder).await),
            Self::Postgres(url) => Peek::Postgres(postgres(url).await),
        }
    }
}

/// A look behind the projector's back.
enum Peek {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Peek {
    async fn tables(&mut self) -> Vec<String> {
        self.texts(match self {
            Self::Sqlite(_) => "SELECT name FROM sqlite_master WHERE type = 'table'",
            Self::Postgres(_) => {
                "SELECT tablename::TEXT FROM pg_tables WHERE schemaname = 'public'"
            }
        })
        .await
    }

    /// The rows of a table as text, without positions and times of change.
    async fn rows(&mut self, table: &str) -> Vec<String> {
        const BOOKKEEPING: [&str; 2] = ["updated_seq", "updated_at"];
        if matches!(self, Self::Postgres(_)) {
            let [seq, at] = BOOKKEEPING;
            let row = format!("(TO_JSONB(t) - '{seq}' - '{at}')::TEXT");
            return self
                .texts(&format!("SELECT {row} FROM {table} t ORDER BY 1"))
                .await;
        }
        let columns = format!("SELECT name FROM pragma_table_info('{table}')");
        let columns = self.texts(&columns).await.into_iter();
        let kept = columns.filter(|c| !BOOKKEEPING.contains(&c.as_str()));
        let cells: Vec<_> = kept.map(|c| format!("quote({c})")).collect();
        let row = cells.join(" || ',' || ");
        self.texts(&format!("SELECT {row} FROM {table} ORDER BY 1"))
            .await
    }

    /// The first column of every row.
    async fn texts(&mut self, statement: &str) -> Vec<String> {
        let query = sqlx::raw_sql(AssertSqlSafe(statement.to_owned()));
        match self {
            Self::Sqlite(connection) => {
                let rows = query.fetch_all(connection).await.unwrap();
                rows.iter().map(|row| row.get(0)).collect()
            }
            Self::Postgres(connection) => {
                let rows = query.fetch_all(connection).await.unwrap();
                rows.iter().map(|row| row.get(0)).collect()
            }
        }
    }
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("views.sqlite")
}

async fn sqlite(folder: &TempDir) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(file(folder));
    SqliteConnection::connect_with(&options).await.unwrap()
}

async fn postgres(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}
