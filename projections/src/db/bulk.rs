//! Many rows in few statements.
use super::{
    Keyed, Statement, TableRow, Value, postgres,
    statement::{load_sql, upsert_sql},
    tx::{Engine, Tx},
};
use crate::Result;

/// The parameters that one statement of SQLite may have.
const MAX_PARAMETERS: usize = 32_766;
/// Few sizes, so that the prepared statements of all tables fit in the cache.
const ROWS_PER_STATEMENT: [usize; 4] = [128, 32, 8, 1];

impl Tx {
    /// Inserts or replaces rows by their key. A key may occur only once in `rows`.
    pub async fn upsert<R: TableRow>(&mut self, rows: Vec<R>) -> Result<()> {
        let name = self.table(R::TABLE.name);
        match &mut self.engine {
            Engine::Sqlite(_) => self.upsert_listed(&name, rows).await,
            Engine::Postgres(t) => postgres::upsert(t, &name, rows).await,
        }
    }

    /// The rows with these ids, in no particular order.
    pub async fn load<R: Keyed>(&mut self, ids: &[&str]) -> Result<Vec<R>> {
        let name = self.table(R::TABLE.name);
        match &mut self.engine {
            Engine::Sqlite(_) => self.load_listed(&name, ids).await,
            Engine::Postgres(t) => postgres::load(t, &name, ids).await,
        }
    }

    async fn upsert_listed<R: TableRow>(&mut self, name: &str, rows: Vec<R>) -> Result<()> {
        let mut left = rows.len();
        let mut rows = rows.into_iter();
        while left > 0 {
            let count = chunk(left, R::TABLE.columns.len());
            let mut values = Vec::with_capacity(count * R::TABLE.columns.len());
            for row in rows.by_ref().take(count) {
                row.into_values(&mut values);
            }
            let sql = upsert_sql(&R::TABLE, name, count);
            self.execute(Statement { sql, values }).await?;
            left -= count;
        }
        Ok(())
    }

    async fn load_listed<R: Keyed>(&mut self, name: &str, ids: &[&str]) -> Result<Vec<R>> {
        let mut found = Vec::with_capacity(ids.len());
        let mut ids = ids;
        while !ids.is_empty() {
            let (now, later) = ids.split_at(chunk(ids.len(), 1));
            let sql = load_sql(&R::TABLE, name, now.len());
            let values: Vec<Value> = now.iter().map(|id| Value::from(*id)).collect();
            found.extend(self.all::<R>(Statement { sql, values }).await?);
            ids = later;
        }
        Ok(found)
    }
}

fn chunk(left: usize, columns: usize) -> usize {
    let fits = |n: &usize| *n <= left && n * columns <= MAX_PARAMETERS;
    ROWS_PER_STATEMENT.into_iter().find(fits).unwrap_or(1)
}
