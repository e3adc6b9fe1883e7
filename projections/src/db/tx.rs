//! Transactions: one that writes, one that reads a single moment.
use super::{FromCells, Statement, statement::Placeholders, value::Value};
use crate::Result;
use futures::TryStreamExt as _;
use sqlx::{
    AssertSqlSafe, Sqlite, SqliteConnection, Transaction, query::Query, sqlite::SqliteArguments,
};

/// A writing transaction on one generation of the tables. Dropped without `commit`, it never happened.
pub struct Tx {
    engine: Engine,
    suffix: String,
}

/// Reads that see the data base as it was at the first of them.
pub struct Snapshot(Engine);

enum Engine {
    Sqlite(Transaction<'static, Sqlite>),
}

impl Tx {
    pub(super) fn sqlite(transaction: Transaction<'static, Sqlite>, suffix: &str) -> Self {
        Self {
            engine: Engine::Sqlite(transaction),
            suffix: suffix.to_owned(),
        }
    }

    /// The name of a table in this generation.
    pub fn table(&self, name: &str) -> String {
        format!("{name}{}", self.suffix)
    }

    pub(super) fn placeholders(&self) -> Placeholders {
        match self.engine {
            Engine::Sqlite(_) => Placeholders::Nameless,
        }
    }

    /// Answers how many rows were changed.
    pub async fn execute(&mut self, statement: Statement) -> Result<u64> {
        match &mut self.engine {
            Engine::Sqlite(t) => Ok(prepared(statement).execute(&mut **t).await?.rows_affected()),
        }
    }

    /// Runs several statements without parameters.
    pub async fn script(&mut self, sql: &str) -> Result<()> {
        match &mut self.engine {
            Engine::Sqlite(t) => {
                sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
                    .execute(&mut **t)
                    .await?;
            }
        }
        Ok(())
    }

    pub async fn all<R: FromCells>(&mut self, statement: Statement) -> Result<Vec<R>> {
        fetch(&mut self.engine, statement).await
    }

    pub async fn commit(self) -> Result<()> {
        match self.engine {
            Engine::Sqlite(t) => Ok(t.commit().await?),
        }
    }
}

impl Snapshot {
    pub(super) fn sqlite(transaction: Transaction<'static, Sqlite>) -> Self {
        Self(Engine::Sqlite(transaction))
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
            let mut found = Vec::new();
            let mut rows = prepared(statement).fetch(connection);
            while let Some(row) = rows.try_next().await? {
                found.push(R::from_cells(&row)?);
            }
            Ok(found)
        }
    }
}

fn prepared(statement: Statement) -> Query<'static, Sqlite, SqliteArguments> {
    let mut query = sqlx::query(AssertSqlSafe(statement.sql));
    for value in statement.values {
        query = match value {
            Value::Text(text) | Value::Json(text) => query.bind(text),
            Value::Int(n) => query.bind(n),
            Value::NoInt => query.bind(None::<i64>),
        };
    }
    query
}
