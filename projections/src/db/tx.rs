//! Transactions: one that writes, one that reads a single moment.
use super::{
    FromCells, Statement, Table,
    migrations::{for_postgres, scratch_ddl},
    postgres,
    value::{Cells, Value},
};
use crate::Result;
use futures::{Stream, TryStreamExt as _};
use sqlx::{
    AssertSqlSafe, Encode, PgConnection, Postgres, Sqlite, SqliteConnection, Transaction, Type,
    query::Query,
};
use std::pin::pin;

/// A writing transaction on one generation of the tables. Dropped without `commit`, it never happened.
pub struct Tx {
    pub(super) engine: Engine,
    suffix: String,
}

/// Reads that see the data base as it was at the first of them.
pub struct Snapshot(Engine);

pub enum Engine {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    pub(super) fn new(engine: Engine, suffix: &str) -> Self {
        Self {
            engine,
            suffix: suffix.to_owned(),
        }
    }

    /// The name of a table in this generation.
    pub fn table(&self, name: &str) -> String {
        format!("{name}{}", self.suffix)
    }

    /// Answers how many rows were changed.
    pub async fn execute(&mut self, statement: Statement) -> Result<u64> {
        Ok(match &mut self.engine {
            Engine::Sqlite(t) => {
                let query = prepared::<Sqlite>(statement);
                query.execute(&mut **t).await?.rows_affected()
            }
            Engine::Postgres(t) => {
                let query = prepared::<Postgres>(statement);
                query.execute(&mut **t).await?.rows_affected()
            }
        })
    }

    /// Runs several statements without parameters.
    pub async fn script(&mut self, sql: &str) -> Result<()> {
        let script = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        match &mut self.engine {
            Engine::Sqlite(t) => script.execute(&mut **t).await.map(|_| ())?,
            Engine::Postgres(t) => script.execute(&mut **t).await.map(|_| ())?,
        }
        Ok(())
    }

    /// Makes empty tables like these, each name followed by `suffix`.
    pub async fn make_copies(&mut self, tables: &[Table], suffix: &str) -> Result<()> {
        let sql = scratch_ddl(tables, suffix);
        match self.engine {
            Engine::Sqlite(_) => self.script(&sql).await,
            Engine::Postgres(_) => self.script(&for_postgres(&sql)).await,
        }
    }

    /// Tells other processes something when this commits; on a file there are none.
    pub async fn notify(&mut self, text: String) -> Result<()> {
        match &mut self.engine {
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(t) => postgres::notify(t, text).await,
        }
    }

    /// Rather fails than holds up readers that come while it waits for those that are there. On a file nobody waits.
    pub async fn give_up_soon(&mut self) -> Result<()> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(_) => self.script(postgres::GIVE_UP_SOON).await,
        }
    }

    /// The names of all tables.
    pub async fn all_tables(&mut self) -> Result<Vec<String>> {
        let names: Vec<Name> = self
            .all(Statement::new(match self.engine {
                Engine::Sqlite(_) => "SELECT name FROM sqlite_master WHERE type = 'table'",
                Engine::Postgres(_) => postgres::ALL_TABLES,
            }))
            .await?;
        Ok(names.into_iter().map(|name| name.0).collect())
    }

    /// Whether no other process holds this lock.
    pub async fn is_free(&mut self, lock: &str) -> Result<bool> {
        match &mut self.engine {
            Engine::Sqlite(_) => Ok(true),
            Engine::Postgres(t) => postgres::is_free(t, lock).await,
        }
    }

    pub async fn all<R: FromCells>(&mut self, statement: Statement) -> Result<Vec<R>> {
        fetch(&mut self.engine, statement).await
    }

    pub async fn commit(self) -> Result<()> {
        match self.engine {
            Engine::Sqlite(t) => Ok(t.commit().await?),
            Engine::Postgres(t) => Ok(t.commit().await?),
        }
    }
}

struct Name(String);

impl FromCells for Name {
    fn from_cells(cells: &dyn Cells) -> sqlx::Result<Self> {
        cells.text("name").map(Self)
    }
}

impl Snapshot {
    pub(super) fn new(engine: Engine) -> Self {
        Self(engine)
    }

    pub async fn all<R: FromCells>(&mut self, statement: Statement) -> Result<Vec<R>> {
        fetch(&mut self.0, statement).await
    }

    pub async fn one<R: FromCells>(&mut self, statement: Statement) -> Result<Option<R>> {
        Ok(self.all(statement).await?.into_iter().next())
    }
}

async fn fetch<R: FromCells>(engine: &mut Engine, statement: Statement) -> Result<Vec<R>> {
    match engine {
        Engine::Sqlite(t) => {
            let connection: &mut SqliteConnection = t;
            collect(prepared::<Sqlite>(statement).fetch(connection)).await
        }
        Engine::Postgres(t) => fetch_postgres(t, statement).await,
    }
}

pub(super) async fn fetch_postgres<R: FromCells>(
    connection: &mut PgConnection,
    statement: Statement,
) -> Result<Vec<R>> {
    collect(prepared::<Postgres>(statement).fetch(connection)).await
}

pub(super) async fn collect<R: FromCells, C: Cells>(
    rows: impl Stream<Item = sqlx::Result<C>>,
) -> Result<Vec<R>> {
    let mut rows = pin!(rows);
    let mut found = Vec::new();
    while let Some(row) = rows.try_next().await? {
        found.push(R::from_cells(&row)?);
    }
    Ok(found)
}

fn prepared<D: sqlx::Database>(statement: Statement) -> Query<'static, D, D::Arguments>
where
    String: Encode<'static, D> + Type<D>,
    Option<i64>: Encode<'static, D> + Type<D>,
{
    let mut query = sqlx::query(AssertSqlSafe(statement.sql));
    for value in statement.values {
        query = match value {
            Value::Text(text) => query.bind(text),
            Value::Int(n) => query.bind(n),
        };
    }
    query
}
