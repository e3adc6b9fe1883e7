use rusqlite::{Connection, OptionalExtension, Row, params};

/// A link attached to an issue. As at Linear, an issue has each URL once: attaching it again changes the first.
#[derive(Debug, Clone)]
pub(crate) struct Attachment {
    pub(crate) id: String,
    pub(crate) issue_id: String,
    pub(crate) title: String,
    pub(crate) url: String,
    /// `github` for a pull request, nothing for a plain link.
    pub(crate) source_type: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

const COLUMNS: &str = "id, issue_id, title, url, source_type, created_at, updated_at";

impl Attachment {
    /// Stores it, or changes the one with the same issue and URL; `None` when its id belongs to another one.
    pub(crate) fn upsert(&self, connection: &Connection) -> rusqlite::Result<Option<Self>> {
        let taken: Option<(String, String)> = connection
            .prepare_cached("SELECT issue_id, url FROM linear_attachments WHERE id = ?1")?
            .query_row([&self.id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        if taken.is_some_and(|(issue_id, url)| issue_id != self.issue_id || url != self.url) {
            return Ok(None);
        }
        let upsert = format!(
            "INSERT INTO linear_attachments ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (issue_id, url) DO UPDATE SET title = excluded.title, updated_at = excluded.updated_at
             RETURNING {COLUMNS}"
        );
        let values = params![
            self.id,
            self.issue_id,
            self.title,
            self.url,
            self.source_type,
            self.created_at,
            self.updated_at
        ];
        connection
            .prepare_cached(&upsert)?
            .query_row(values, from_row)
            .optional()
    }

    pub(crate) fn find(connection: &Connection, id: &str) -> rusqlite::Result<Option<Self>> {
        let query = format!("SELECT {COLUMNS} FROM linear_attachments WHERE id = lower(?1)");
        connection
            .prepare_cached(&query)?
            .query_row([id], from_row)
            .optional()
    }

    /// Those of an issue, oldest first.
    pub(crate) fn of_issue(connection: &Connection, issue_id: &str) -> rusqlite::Result<Vec<Self>> {
        let query = format!(
            "SELECT {COLUMNS} FROM linear_attachments WHERE issue_id = ?1 ORDER BY created_at, id"
        );
        connection
            .prepare_cached(&query)?
            .query_map([issue_id], from_row)?
            .collect()
    }
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Attachment> {
    Ok(Attachment {
        id: row.get(0)?,
        issue_id: row.get(1)?,
        title: row.get(2)?,
        url: row.get(3)?,
        source_type: row.get(4)?,
        created_at: row.get(5)?,
        updated_at: row.get(6)?,
    })
}
