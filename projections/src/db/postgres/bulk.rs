//! Many rows in one statement: a parameter is a whole column.
use crate::{
    Result,
    db::{
        Keyed, TableRow, Value,
        statement::{insert_sql, replace_sql, select_sql},
        tx::collect,
    },
};
use sqlx::{AssertSqlSafe, PgConnection, Postgres, postgres::PgArguments, query::Query};

/// Rows of one statement, which bounds what is held twice while it is sent.
const MAX_ROWS: usize = 2048;

/// The values of one column.
enum Column {
    Texts(Vec<String>),
    Ints(Vec<Option<i64>>),
}

/// Inserts or replaces rows by their key. A key may occur only once in `rows`.
pub async fn upsert<R: TableRow>(
    connection: &mut PgConnection,
    name: &str,
    rows: Vec<R>,
) -> Result<()> {
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        let columns = columns(rows.by_ref().take(MAX_ROWS));
        let sql = format!(
            "{}SELECT * FROM UNNEST({}){}",
            insert_sql(&R::TABLE, name),
            placeholders(&columns),
            replace_sql(&R::TABLE)
        );
        let query = sqlx::query(AssertSqlSafe(sql));
        columns
            .into_iter()
            .fold(query, Column::bound)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// The rows with these ids.
pub async fn load<R: Keyed>(
    connection: &mut PgConnection,
    name: &str,
    ids: &[&str],
) -> Result<Vec<R>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = select_sql(&R::TABLE, name) + " = ANY($1)";
    let query = sqlx::query::<Postgres>(AssertSqlSafe(sql)).bind(ids);
    collect(query.fetch(connection)).await
}

fn columns<R: TableRow>(rows: impl Iterator<Item = R>) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    let mut values = Vec::with_capacity(R::TABLE.columns.len());
    for row in rows {
        row.into_values(&mut values);
        if columns.is_empty() {
            columns.extend(values.iter().map(Column::like));
        }
        for (column, value) in columns.iter_mut().zip(values.drain(..)) {
            column.push(value);
        }
    }
    columns
}

fn placeholders(columns: &[Column]) -> String {
    let typed = columns.iter().zip(1..).map(|(column, n)| match column {
        Column::Texts(_) => format!("${n}::TEXT[]"),
        Column::Ints(_) => format!("${n}::BIGINT[]"),
    });
    typed.collect::<Vec<_>>().join(", ")
}

impl Column {
    fn like(value: &Value) -> Self {
        match value {
            Value::Text(_) => Self::Texts(Vec::new()),
            Value::Int(_) => Self::Ints(Vec::new()),
        }
    }

    /// A field has one type, so all values of a column are alike.
    fn push(&mut self, value: Value) {
        match (self, value) {
            (Self::Texts(texts), Value::Text(text)) => texts.push(text),
            (Self::Ints(ints), Value::Int(n)) => ints.push(n),
            (Self::Texts(_), Value::Int(_)) | (Self::Ints(_), Value::Text(_)) => {
                debug_assert!(false, "a column of mixed values");
            }
        }
    }

    fn bound(
        query: Query<'_, Postgres, PgArguments>,
        column: Self,
    ) -> Query<'_, Postgres, PgArguments> {
        match column {
            Self::Texts(texts) => query.bind(texts),
            Self::Ints(ints) => query.bind(ints),
        }
    }
}
