//! Limits of lists, and what a person may type to find a record.
use crate::{
    db::{Statement, Value},
    folded::folded,
};

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

/// Adds a "contains" over the folded texts of a row, and over those of `elsewhere`; blank text finds everything.
pub(crate) fn search(
    sql: &mut Statement,
    column: &str,
    text: Option<&String>,
    elsewhere: Option<&'static str>,
) {
    let Some(pattern) = pattern(text) else {
        return;
    };
    sql.push(" AND (");
    contains(sql, column, &pattern);
    if let Some(begins) = elsewhere {
        sql.push(&format!(" OR {begins}"));
        contains(sql, "f.folded", &pattern);
        sql.push(")");
    }
    sql.push(")");
}

/// What a search looks for; `None` when it is blank.
pub(crate) fn wanted(text: Option<&String>) -> Option<String> {
    let text = text.map(|t| t.trim()).filter(|t| !t.is_empty())?;
    Some(text.chars().take(MAX_SEARCH_CHARS).collect())
}

pub(crate) fn pattern(text: Option<&String>) -> Option<String> {
    let folded = folded([wanted(text)?.as_str()]);
    Some(format!("%{}%", escaped(&folded)))
}

/// Adds `column LIKE pattern`.
pub(crate) fn contains(sql: &mut Statement, column: &str, pattern: &str) {
    sql.push(&format!("{column} LIKE ")).bind(pattern);
    sql.push(" ESCAPE '\\'");
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
