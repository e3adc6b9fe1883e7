//! Limits of lists, and what a person may type to find a record.
use crate::db::{Statement, Value};

/// Rows of a list when nothing is said.
pub const DEFAULT_PAGE_ROWS: u32 = 50;
/// The most rows that one query answers.
pub const MAX_PAGE_ROWS: u32 = 500;
/// The beginning of an id that may stand for the whole.
pub const MIN_ID_PREFIX_CHARS: usize = 4;
const MAX_SEARCH_CHARS: usize = 200;

/// 0 means the default; never more than [`MAX_PAGE_ROWS`].
pub(crate) fn rows(limit: u32) -> i64 {
    let asked = if limit == 0 { DEFAULT_PAGE_ROWS } else { limit };
    i64::from(asked.min(MAX_PAGE_ROWS))
}

/// Adds `AND status IN (…)` unless the list is empty; `statuses` are words, each with whether it is an end. Lists of only
/// ended or only open records are told so, for that is what the indexes are split by.
pub(crate) fn statuses(sql: &mut Statement, table: &str, statuses: &[(&'static str, bool)]) {
    let first = statuses.first().map(|(_, ended)| *ended);
    match first {
        Some(first) if statuses.iter().all(|(_, ended)| *ended == first) => {
            sql.push(&format!(" AND {table}.is_ended = "))
                .bind(i64::from(first));
        }
        // It excludes nothing, but makes the index fit whose next column is the order of the list.
        _ => {
            sql.push(&format!(" AND {table}.is_ended IN (0, 1)"));
        }
    }
    if statuses.is_empty() {
        return;
    }
    sql.push(&format!(" AND {table}.status IN "));
    sql.bind_list(statuses.iter().map(|(word, _)| *word));
}

/// Adds `AND column = …` when there is a value.
pub(crate) fn equal(sql: &mut Statement, column: &str, value: Option<&String>) {
    if let Some(value) = value {
        sql.push(&format!(" AND {column} = ")).bind(value);
    }
}

/// Adds `AND column < …` when there is a cursor.
pub(crate) fn before(sql: &mut Statement, column: &str, cursor: Option<i64>) {
    if let Some(cursor) = cursor {
        sql.push(&format!(" AND {column} < ")).bind(cursor);
    }
}

/// Adds a case-insensitive "contains" over several columns; blank text finds everything.
pub(crate) fn search(sql: &mut Statement, columns: &[&str], text: Option<&String>) {
    if let Some(pattern) = pattern(text) {
        sql.push(" AND (");
        contains(sql, columns, &pattern);
        sql.push(")");
    }
}

/// Columns of another table, behind a condition that stays open.
pub(crate) struct Elsewhere {
    pub begins: &'static str,
    pub columns: &'static [&'static str],
}

/// The same, also over columns of another table.
pub(crate) fn search_also(
    sql: &mut Statement,
    columns: &[&str],
    text: Option<&String>,
    elsewhere: &Elsewhere,
) {
    if let Some(pattern) = pattern(text) {
        sql.push(" AND (");
        contains(sql, columns, &pattern);
        sql.push(&format!(" OR {}", elsewhere.begins));
        contains(sql, elsewhere.columns, &pattern);
        sql.push("))");
    }
}

fn pattern(text: Option<&String>) -> Option<String> {
    let text = text.map(|t| t.trim()).filter(|t| !t.is_empty())?;
    let wanted: String = text.chars().take(MAX_SEARCH_CHARS).collect();
    Some(format!("%{}%", escaped(&wanted.to_lowercase())))
}

fn contains(sql: &mut Statement, columns: &[&str], pattern: &str) {
    for (n, column) in columns.iter().enumerate() {
        if n > 0 {
            sql.push(" OR ");
        }
        sql.push(&format!("LOWER({column}) LIKE ")).bind(pattern);
        sql.push(" ESCAPE '\\'");
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}

/// The range of ids that begin with a prefix: `>=` the first and `<` the second.
pub(crate) fn id_range(prefix: &str) -> (Value, Value) {
    (prefix.into(), Value::from(&format!("{prefix}\u{10ffff}")))
}
