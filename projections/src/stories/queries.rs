use super::{StoryRow, StoryStatus};
use crate::{
    Error, Result,
    db::{Cells, Column, Db, FromCells, Statement, TableRow as _},
    page,
    sessions::SessionStatus,
};
use serde::Serialize;
use std::ops::Deref;

/// A story as people see it: its row, and what its present session knows better.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Story {
    /// `pr_url` is here as soon as the session has opened the pull request.
    #[serde(flatten)]
    pub row: StoryRow,
    /// `None` before the session exists.
    pub session_status: Option<SessionStatus>,
}

impl Deref for Story {
    type Target = StoryRow;

    fn deref(&self) -> &StoryRow {
        &self.row
    }
}

impl FromCells for Story {
    fn from_cells(cells: &dyn Cells) -> sqlx::Result<Self> {
        let mut row = StoryRow::from_cells(cells)?;
        if row.pr_url.is_empty() {
            row.pr_url = String::from_cell(cells, "session_pr_url")?;
        }
        let session_status = String::from_cell(cells, "session_status")?;
        Ok(Self {
            row,
            session_status: session_status.parse().ok(),
        })
    }
}

/// Which stories to list, newest first.
#[derive(Debug, Clone, Default)]
pub struct StoryFilter {
    pub project: Option<String>,
    pub conversation: Option<String>,
    pub batch: Option<String>,
    /// Without the stories of batches that have their report.
    pub outside_reports: bool,
    /// Empty means every status.
    pub statuses: Vec<StoryStatus>,
    /// Looked for in title, prompt, id and Linear identifier, in any case.
    pub search: Option<String>,
    /// The `created_seq` of the last row of the page before.
    pub before: Option<i64>,
    /// 0 means [`crate::DEFAULT_PAGE_ROWS`].
    pub limit: u32,
}

const OUTSIDE_REPORTS: &str = " AND NOT EXISTS \
    (SELECT 1 FROM batches b WHERE b.id = s.batch_id AND b.status = 'consolidated')";

/// Begins with the rows alone, so that only those of the answer are joined.
fn select() -> Statement {
    Statement::new("SELECT * FROM stories s WHERE 1 = 1")
}

/// Joins what the session knows to the chosen rows.
fn with_session(rows: Statement, order: &str) -> Statement {
    let columns = StoryRow::TABLE.select("s.");
    rows.within(
        &format!(
            "SELECT {columns}, COALESCE(a.pr_url, '') AS session_pr_url, COALESCE(a.status, '') AS session_status FROM ("
        ),
        &format!(") s LEFT JOIN agent_sessions a ON a.id = s.session_id ORDER BY {order}"),
    )
}

impl Db {
    /// Newest first.
    ///
    /// # Errors
    /// The database fails.
    pub async fn stories(&self, filter: &StoryFilter) -> Result<Vec<Story>> {
        let mut sql = select();
        page::equal(&mut sql, "s.project_id", filter.project.as_ref());
        page::equal(&mut sql, "s.conversation_id", filter.conversation.as_ref());
        page::equal(&mut sql, "s.batch_id", filter.batch.as_ref());
        let statuses = filter.statuses.iter().map(|s| (s.as_str(), s.is_ended()));
        page::statuses(&mut sql, "s", &statuses.collect::<Vec<_>>());
        if filter.outside_reports {
            sql.push(OUTSIDE_REPORTS);
        }
        page::search(&mut sql, "s.folded", filter.search.as_ref(), None);
        page::before(&mut sql, "s.created_seq", filter.before);
        sql.push(" ORDER BY s.created_seq DESC LIMIT ");
        sql.bind(page::rows(filter.limit));
        self.all(with_session(sql, "s.created_seq DESC")).await
    }

    /// One story by its id.
    ///
    /// # Errors
    /// The database fails.
    pub async fn story(&self, id: &str) -> Result<Option<Story>> {
        let mut sql = select();
        sql.push(" AND s.id = ").bind(id);
        self.one(with_session(sql, "s.id")).await
    }

    /// One story by its id or the beginning of it, at least [`crate::MIN_ID_PREFIX_CHARS`] characters.
    ///
    /// # Errors
    /// [`Error::Ambiguous`] when several ids begin so; the database fails.
    pub async fn find_story(&self, id_or_prefix: &str) -> Result<Option<Story>> {
        if let Some(story) = self.story(id_or_prefix).await? {
            return Ok(Some(story));
        }
        if id_or_prefix.chars().count() < page::MIN_ID_PREFIX_CHARS {
            return Ok(None);
        }
        let (from, to) = page::id_range(id_or_prefix);
        let mut sql = select();
        sql.push(" AND s.id >= ").bind(from);
        sql.push(" AND s.id < ").bind(to);
        sql.push(" ORDER BY s.id LIMIT 2");
        let mut found: Vec<Story> = self.all(with_session(sql, "s.id")).await?;
        match found.len() {
            0 | 1 => Ok(found.pop()),
            count => Err(Error::Ambiguous {
                prefix: id_or_prefix.to_owned(),
                count,
            }),
        }
    }

    /// The stories of these batches, in the order in which they were asked for, at most [`crate::MAX_PAGE_ROWS`].
    ///
    /// # Errors
    /// The database fails.
    pub async fn stories_of_batches(&self, batches: &[&str]) -> Result<Vec<Story>> {
        if batches.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = select();
        sql.push(" AND s.batch_id IN ")
            .bind_list(batches.iter().copied());
        sql.push(" ORDER BY s.created_seq LIMIT ");
        sql.bind(i64::from(page::MAX_PAGE_ROWS));
        self.all(with_session(sql, "s.created_seq")).await
    }

    /// The stories that wait for something before they are queued: for a person, or for the time of their retry. The
    /// newest first.
    ///
    /// # Errors
    /// The database fails.
    pub async fn held_stories(&self, limit: u32) -> Result<Vec<Story>> {
        let mut sql = select();
        sql.push(" AND s.status IN ('pending', 'approved')");
        sql.push(" AND (s.status = 'pending' OR s.retry_at IS NOT NULL)");
        sql.push(" ORDER BY s.created_seq DESC LIMIT ");
        sql.bind(page::rows(limit));
        self.all(with_session(sql, "s.created_seq DESC")).await
    }

    /// The stories that wait for an executor, in the order of their priority. The live position, with turns
    /// between projects, is known to the job queue only.
    ///
    /// # Errors
    /// The database fails.
    pub async fn queued_stories(&self, limit: u32) -> Result<Vec<Story>> {
        let mut sql = select();
        sql.push(" AND s.status = ")
            .bind(StoryStatus::Approved.as_str());
        sql.push(" AND s.queued_at IS NOT NULL");
        let order = "s.priority_level, s.queued_at, s.created_seq";
        sql.push(&format!(" ORDER BY {order} LIMIT "));
        sql.bind(page::rows(limit));
        self.all(with_session(sql, order)).await
    }
}
