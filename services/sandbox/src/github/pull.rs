//! A pull request as it is stored.

use rusqlite::{Connection, OptionalExtension, Row, params};

/// Open, closed, or closed because its commits arrived in the base branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    Closed,
    Merged,
}

/// One pull request. Times are microseconds since 1970.
#[derive(Debug, Clone)]
pub(crate) struct Pull {
    pub(crate) owner: String,
    pub(crate) repo: String,
    pub(crate) number: i64,
    pub(crate) title: String,
    pub(crate) body: Option<String>,
    pub(crate) head: String,
    pub(crate) base: String,
    pub(crate) head_sha: String,
    pub(crate) base_sha: String,
    pub(crate) draft: bool,
    pub(crate) maintainer_can_modify: bool,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) closed_at: Option<i64>,
    pub(crate) merged_at: Option<i64>,
}

const COLUMNS: &str = "owner, repo, number, title, body, head, base, head_sha, base_sha, draft, maintainer_can_modify,
    created_at, updated_at, closed_at, merged_at";

impl Pull {
    pub(crate) fn state(&self) -> State {
        match (self.merged_at, self.closed_at) {
            (Some(_), _) => State::Merged,
            (None, Some(_)) => State::Closed,
            (None, None) => State::Open,
        }
    }

    /// Stores a new one and gives it the repository's next number; `None` when the branch has an open one already.
    pub(super) fn insert(mut self, connection: &Connection) -> rusqlite::Result<Option<Self>> {
        const INSERT: &str = "INSERT INTO github_pulls (owner, repo, number, title, body, head, base, head_sha, base_sha,
            state, draft, maintainer_can_modify, created_at, updated_at)
            SELECT ?1, ?2, coalesce(max(number), 0) + 1, ?3, ?4, ?5, ?6, ?7, ?8, 'open', ?9, ?10, ?11, ?11
            FROM github_pulls WHERE owner = ?1 AND repo = ?2
            ON CONFLICT DO NOTHING RETURNING number";
        let number = connection.prepare_cached(INSERT)?.query_row(
            params![
                self.owner,
                self.repo,
                self.title,
                self.body,
                self.head,
                self.base,
                self.head_sha,
                self.base_sha,
                self.draft,
                self.maintainer_can_modify,
                self.created_at,
            ],
            |row| row.get(0),
        );
        Ok(number.optional()?.map(|number| {
            self.number = number;
            self
        }))
    }

    pub(crate) fn find(
        connection: &Connection,
        owner: &str,
        repo: &str,
        number: i64,
    ) -> rusqlite::Result<Option<Self>> {
        let query = format!(
            "SELECT {COLUMNS} FROM github_pulls WHERE owner = ?1 AND repo = ?2 AND number = ?3"
        );
        connection
            .prepare_cached(&query)?
            .query_row(params![owner, repo, number], from_row)
            .optional()
    }

    /// All of a repository, newest first.
    pub(crate) fn of_repository(
        connection: &Connection,
        owner: &str,
        repo: &str,
    ) -> rusqlite::Result<Vec<Self>> {
        let query = format!(
            "SELECT {COLUMNS} FROM github_pulls WHERE owner = ?1 AND repo = ?2 ORDER BY number DESC"
        );
        connection
            .prepare_cached(&query)?
            .query_map(params![owner, repo], from_row)?
            .collect()
    }

    /// Writes back everything that may change; `false` when the branch has another open one.
    pub(crate) fn update(&self, connection: &Connection) -> rusqlite::Result<bool> {
        const UPDATE: &str = "UPDATE OR IGNORE github_pulls SET title = ?4, body = ?5, base = ?6, head_sha = ?7, base_sha = ?8,
            state = ?9, updated_at = ?10, closed_at = ?11, merged_at = ?12, maintainer_can_modify = ?13
            WHERE owner = ?1 AND repo = ?2 AND number = ?3";
        let state = if self.state() == State::Open {
            "open"
        } else {
            "closed"
        };
        let changed = connection.prepare_cached(UPDATE)?.execute(params![
            self.owner,
            self.repo,
            self.number,
            self.title,
            self.body,
            self.base,
            self.head_sha,
            self.base_sha,
            state,
            self.updated_at,
            self.closed_at,
            self.merged_at,
            self.maintainer_can_modify,
        ])?;
        Ok(changed == 1)
    }
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Pull> {
    Ok(Pull {
        owner: row.get(0)?,
        repo: row.get(1)?,
        number: row.get(2)?,
        title: row.get(3)?,
        body: row.get(4)?,
        head: row.get(5)?,
        base: row.get(6)?,
        head_sha: row.get(7)?,
        base_sha: row.get(8)?,
        draft: row.get(9)?,
        maintainer_can_modify: row.get(10)?,
        created_at: row.get(11)?,
        updated_at: row.get(12)?,
        closed_at: row.get(13)?,
        merged_at: row.get(14)?,
    })
}
