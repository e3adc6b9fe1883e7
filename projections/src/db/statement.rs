//! SQL text with its parameters, built together so that a placeholder never misses its value.
use super::{Table, value::Value};

/// A statement ready to run on either engine.
#[derive(Debug, Clone, Default)]
pub struct Statement {
    pub sql: String,
    pub values: Vec<Value>,
}

impl Statement {
    pub fn new(sql: impl Into<String>) -> Self {
        Self {
            sql: sql.into(),
            values: Vec::new(),
        }
    }

    /// Puts text around it.
    pub fn within(mut self, before: &str, after: &str) -> Self {
        self.sql.insert_str(0, before);
        self.sql.push_str(after);
        self
    }

    pub fn push(&mut self, sql: &str) -> &mut Self {
        self.sql.push_str(sql);
        self
    }

    /// Adds a placeholder and its value.
    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        self.sql.push_str(&format!("${}", self.values.len()));
        self
    }

    /// Adds `($1, $2, …)`.
    pub fn bind_list<V: Into<Value>>(&mut self, values: impl IntoIterator<Item = V>) -> &mut Self {
        self.push("(");
        for (n, value) in values.into_iter().enumerate() {
            if n > 0 {
                self.push(", ");
            }
            self.bind(value);
        }
        self.push(")")
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        crate::db::Column::into_value(text.to_owned())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Int(Some(n))
    }
}

/// `INSERT … VALUES (…), (…) ON CONFLICT DO UPDATE` for `rows` rows of `table`, stored under `name`.
///
/// SQLite looks a named placeholder (`$1`) up in a list, which makes binding thousands of them quadratic;
/// its nameless `?` has no such cost.
pub fn upsert_sql(table: &Table, name: &str, rows: usize) -> String {
    let mut sql = insert_sql(table, name) + "VALUES ";
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        list(&mut sql, table.columns.len());
        sql.push(')');
    }
    sql + &replace_sql(table)
}

pub fn insert_sql(table: &Table, name: &str) -> String {
    format!("INSERT INTO {name} ({}) ", table.columns.join(", "))
}

/// What turns an INSERT into an upsert.
pub fn replace_sql(table: &Table) -> String {
    let plain = table.columns.iter().filter(|c| !table.key.contains(c));
    let sets: Vec<_> = plain.map(|c| format!("{c} = excluded.{c}")).collect();
    format!(
        " ON CONFLICT ({}) DO UPDATE SET {}",
        table.key.join(", "),
        sets.join(", ")
    )
}

/// `SELECT … WHERE key IN (…)` for `keys` keys of a table with a single key column.
pub fn load_sql(table: &Table, name: &str, keys: usize) -> String {
    let mut sql = select_sql(table, name) + " IN (";
    list(&mut sql, keys);
    sql + ")"
}

/// `SELECT … WHERE key`.
pub fn select_sql(table: &Table, name: &str) -> String {
    let columns = table.columns.join(", ");
    format!("SELECT {columns} FROM {name} WHERE {}", table.key[0])
}

fn list(sql: &mut String, count: usize) {
    for n in 0..count {
        sql.push_str(if n == 0 { "?" } else { ",?" });
    }
}
