//! Projects: not recorded anywhere by themselves, but seen in everything.
use crate::{
    Result,
    db::{Cells, Column as _, Db, FromCells, Statement},
    page,
};
use serde::Serialize;

/// A project with what its tabs hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Project {
    pub id: String,
    /// Sessions queued, running or waiting for input: the Agents tab.
    pub active: i64,
    /// Sessions completed, failed or cancelled: the History tab.
    pub ended: i64,
}

impl FromCells for Project {
    fn from_cells(cells: &dyn Cells) -> sqlx::Result<Self> {
        Ok(Self {
            id: String::from_cell(cells, "id")?,
            active: i64::from_cell(cells, "active")?,
            ended: i64::from_cell(cells, "ended")?,
        })
    }
}

/// Sums of integers are NUMERIC in Postgres, hence the cast.
const PROJECTS: &str = "SELECT p.id AS id, \
       CAST(COALESCE(SUM(CASE WHEN a.is_ended = 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS active, \
       CAST(COALESCE(SUM(CASE WHEN a.is_ended = 1 THEN 1 ELSE 0 END), 0) AS BIGINT) AS ended \
     FROM (SELECT DISTINCT project_id AS id FROM conversations UNION SELECT DISTINCT project_id AS id FROM agent_sessions) p \
     LEFT JOIN agent_sessions a ON a.project_id = p.id \
     WHERE p.id <> ''";

impl Db {
    /// Every project by name, at most [`crate::MAX_PAGE_ROWS`].
    ///
    /// # Errors
    /// The database fails.
    pub async fn projects(&self) -> Result<Vec<Project>> {
        let mut sql = Statement::new(PROJECTS);
        sql.push(" GROUP BY p.id ORDER BY p.id LIMIT ");
        sql.bind(i64::from(page::MAX_PAGE_ROWS));
        self.all(sql).await
    }

    /// One project, `None` when nothing was ever seen of it.
    ///
    /// # Errors
    /// The database fails.
    pub async fn project(&self, id: &str) -> Result<Option<Project>> {
        let mut sql = Statement::new(PROJECTS);
        sql.push(" AND p.id = ").bind(id);
        sql.push(" GROUP BY p.id");
        self.one(sql).await
    }
}
