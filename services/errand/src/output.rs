//! What commands print: JSON for programs, aligned columns for people.
use serde_json::Value;
use std::io::{self, Write};

/// One record or a list, as JSON.
///
/// # Errors
/// Standard output is closed.
pub fn json(value: &Value) -> io::Result<()> {
    line(&serde_json::to_string_pretty(value)?)
}

/// # Errors
/// Standard output is closed.
pub fn line(text: &str) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{text}")
}

/// Columns as wide as their widest cell; `empty` is said when there are no rows.
///
/// # Errors
/// Standard output is closed.
pub fn table(head: &[&str], rows: &[Vec<String>], empty: &str) -> io::Result<()> {
    if rows.is_empty() {
        return line(empty);
    }
    let head: Vec<String> = head.iter().map(|h| (*h).to_owned()).collect();
    let width = |column: usize| {
        let cells = std::iter::once(&head)
            .chain(rows)
            .filter_map(|r| r.get(column));
        cells.map(|c| c.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    for row in std::iter::once(&head).chain(rows) {
        let cell = |(text, width): (&String, &usize)| {
            let blanks = width.saturating_sub(text.chars().count());
            format!("{text}{}", " ".repeat(blanks))
        };
        let cells: Vec<_> = row.iter().zip(&widths).map(cell).collect();
        line(cells.join("  ").trim_end())?;
    }
    Ok(())
}

/// The records of a list in an answer; none where there is no such list.
pub fn records<'a>(answer: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    answer[key].as_array().into_iter().flatten()
}

/// A field as text; empty when it is null or not there.
pub fn text<'a>(record: &'a Value, key: &str) -> &'a str {
    record[key].as_str().unwrap_or_default()
}

/// The start of an id: enough to type, and the API finds it.
pub fn short(id: &str) -> String {
    id.chars().take(8).collect()
}

/// Cut with an ellipsis.
pub fn cut(text: &str, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
