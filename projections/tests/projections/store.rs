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

impl Engine {
    /// One server for all tests of this process; `None` when PostgreSQL is not installed.
    pub fn postgres() -> Option<Self> {
        static SERVER: OnceLock<Option<Server>> = OnceLock::new();
        let server = SERVER.get_or_init(Server::start).as_ref();
        if server.is_none() {
            postgres::skipped();
        }
        server.map(Self::Postgres)
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
        self.texts(match self {
            Self::Sqlite(_) => "SELECT name FROM sqlite_master WHERE type = 'table'",
            Self::Postgres(_) => {
                "SELECT tablename::TEXT FROM pg_tables WHERE schemaname = 'public'"
            }
        })
        .await
    }

    /// Everything that people see in the read models, without positions and times of change.
    pub async fn contents(&self) -> Vec<String> {
        const BOOKKEEPING: [&str; 2] = ["updated_seq", "updated_at"];
        let mut all = Vec::new();
        for table in self.tables().await {
            if ["checkpoints", "events"].contains(&table.as_str()) || table.starts_with("_sqlx") {
                continue;
            }
            let columns = self.texts(&self.columns(&table)).await;
            let kept = columns
                .iter()
                .filter(|c| !BOOKKEEPING.contains(&c.as_str()));
            let cell = |c: &String| format!("COALESCE(CAST({c} AS TEXT), 'NULL')");
            let cells: Vec<_> = kept.map(cell).collect();
            let cells = cells.join(" || ',' || ");
            let rows = self
                .texts(&format!("SELECT {cells} AS row FROM {table} ORDER BY row"))
                .await;
            all.extend(rows.into_iter().map(|row| format!("{table}: {row}")));
        }
        all
    }

    fn columns(&self, table: &str) -> String {
        match self {
            Self::Sqlite(_) => format!("SELECT name FROM pragma_table_info('{table}')"),
            Self::Postgres(_) => format!(
                "SELECT column_name::TEXT FROM information_schema.columns WHERE table_name = '{table}'"
            ),
        }
    }

    /// The first column of every row.
    async fn texts(&self, statement: &str) -> Vec<String> {
        let query = AssertSqlSafe(statement.to_owned());
        match self {
            Self::Sqlite(folder) => {
                let rows = sqlx::query(query)
                    .fetch_all(&mut sqlite(folder).await)
                    .await;
                rows.unwrap().iter().map(|row| row.get(0)).collect()
            }
            Self::Postgres(url) => {
                let rows = sqlx::query(query).fetch_all(&mut postgres(url).await).await;
                rows.unwrap().iter().map(|row| row.get(0)).collect()
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
