use rusqlite::{Connection, OptionalExtension, Row, params};

/// One comment on an issue.
#[derive(Debug, Clone)]
pub(crate) struct Comment {
    pub(crate) id: String,
    pub(crate) issue_id: String,
    pub(crate) parent_id: Option<String>,
    pub(crate) body: String,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

const COLUMNS: &str = "id, issue_id, parent_id, body, created_at, updated_at";

impl Comment {
    /// Stores a new one; `false` when its id is taken.
    pub(crate) fn insert(&self, connection: &Connection) -> rusqlite::Result<bool> {
        let insert = format!(
            "INSERT INTO linear_comments ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO NOTHING"
        );
        let values = params![
            self.id,
            self.issue_id,
            self.parent_id,
            self.body,
            self.created_at,
            self.updated_at
        ];
        Ok(connection.prepare_cached(&insert)?.execute(values)? == 1)
    }

    pub(crate) fn find(connection: &Connection, id: &str) -> rusqlite::Result<Option<Self>> {
        let query = format!("SELECT {COLUMNS} FROM linear_comments WHERE id = lower(?1)");
        connection
            .prepare_cached(&query)?
            .query_row([id], from_row)
            .optional()
    }

    /// Those of an issue, oldest first.
    pub(crate) fn of_issue(connection: &Connection, issue_id: &str) -> rusqlite::Result<Vec<Self>> {
        let query = format!(
            "SELECT {COLUMNS} FROM linear_comments WHERE issue_id = ?1 ORDER BY created_at, id"
        );
        connection
            .prepare_cached(&query)?
            .query_map([issue_id], from_row)?
            .collect()
    }
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Comment> {
    Ok(Comment {
        id: row.get(0)?,
        issue_id: row.get(1)?,
        parent_id: row.get(2)?,
        body: row.get(3)?,
        created_at: row.get(4)?,
        updated_at: row.get(5)?,
    })
}
