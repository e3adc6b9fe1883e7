use super::{
    SessionRow, SessionStatus,
    children::{Changes, Input, ToolCall, Turn},
};
use crate::{
    Error, Result,
    db::{Cells, Column, Db, FromCells, Snapshot, Statement, TableRow},
    page,
    parts::json,
};
use serde::Serialize;
use std::ops::Deref;

/// Entries of a trace that one detail answers, the latest ones.
pub const MAX_TRACE_ROWS: u32 = 2000;

/// A session as people see it: its row and what its story knows.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    #[serde(flatten)]
    pub row: SessionRow,
    pub story_title: String,
    #[serde(serialize_with = "json::text")]
    pub linear_identifier: String,
    #[serde(serialize_with = "json::text")]
    pub linear_issue_url: String,
    /// A person asked to stop the story and it has not ended yet.
    pub cancel_requested: bool,
}

impl Deref for Session {
    type Target = SessionRow;

    fn deref(&self) -> &SessionRow {
        &self.row
    }
}

impl FromCells for Session {
    fn from_cells(cells: &dyn Cells) -> sqlx::Result<Self> {
        Ok(Self {
            row: SessionRow::from_cells(cells)?,
            story_title: String::from_cell(cells, "story_title")?,
            linear_identifier: String::from_cell(cells, "linear_identifier")?,
            linear_issue_url: String::from_cell(cells, "linear_issue_url")?,
            cancel_requested: bool::from_cell(cells, "cancel_requested")?,
        })
    }
}

/// A session with everything that happened in it, read at one moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionDetail {
    #[serde(flatten)]
    pub session: Session,
    pub thinking_trace: Vec<Turn>,
    pub tool_calls: Vec<ToolCall>,
    /// Questions, answers and steering.
    pub inputs: Vec<Input>,
    pub changes: Option<Changes>,
}

impl Deref for SessionDetail {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

/// Which sessions to list, newest first.
#[derive(Debug, Clone, Default)]
pub struct SessionFilter {
    pub project: Option<String>,
    pub story: Option<String>,
    /// Empty means every status; see [`SessionStatus::ACTIVE`] and [`SessionStatus::ENDED`].
    pub statuses: Vec<SessionStatus>,
    /// The `created_seq` of the last row of the page before.
    pub before: Option<i64>,
    /// 0 means [`crate::DEFAULT_PAGE_ROWS`].
    pub limit: u32,
}

/// Begins with the rows alone, so that only those of the answer are joined.
fn select() -> Statement {
    Statement::new("SELECT * FROM agent_sessions a WHERE 1 = 1")
}

/// Joins what the story knows to the chosen rows.
fn with_story(rows: Statement, order: &str) -> Statement {
    let columns = SessionRow::TABLE.select("a.");
    rows.within(
        &format!(
            "SELECT {columns}, COALESCE(s.title, '') AS story_title, \
             COALESCE(s.linear_identifier, '') AS linear_identifier, \
             COALESCE(s.linear_issue_url, '') AS linear_issue_url, \
             COALESCE(s.cancel_requested, 0) AS cancel_requested FROM ("
        ),
        &format!(") a LEFT JOIN stories s ON s.id = a.story_id ORDER BY {order}"),
    )
}

impl Db {
    /// Newest first.
    ///
    /// # Errors
    /// The database fails.
    pub async fn sessions(&self, filter: &SessionFilter) -> Result<Vec<Session>> {
        let mut sql = select();
        page::equal(&mut sql, "a.project_id", filter.project.as_ref());
        page::equal(&mut sql, "a.story_id", filter.story.as_ref());
        let statuses = filter.statuses.iter().map(|s| (s.as_str(), s.is_ended()));
        page::statuses(&mut sql, "a", &statuses.collect::<Vec<_>>());
        page::before(&mut sql, "a.created_seq", filter.before);
        sql.push(" ORDER BY a.created_seq DESC LIMIT ");
        sql.bind(page::rows(filter.limit));
        self.all(with_story(sql, "a.created_seq DESC")).await
    }

    /// One session with its trace, tool calls, questions and changes.
    ///
    /// # Errors
    /// The database fails.
    pub async fn session(&self, id: &str) -> Result<Option<SessionDetail>> {
        let mut moment = self.snapshot().await?;
        let mut sql = select();
        sql.push(" AND a.id = ").bind(id);
        match moment.one::<Session>(with_story(sql, "a.id")).await? {
            Some(session) => detail(&mut moment, session).await.map(Some),
            None => Ok(None),
        }
    }

    /// One session by its id or the beginning of it, at least [`crate::MIN_ID_PREFIX_CHARS`] characters.
    ///
    /// # Errors
    /// [`Error::Ambiguous`] when several ids begin so; the database fails.
    pub async fn find_session(&self, id_or_prefix: &str) -> Result<Option<SessionDetail>> {
        if id_or_prefix.chars().count() < page::MIN_ID_PREFIX_CHARS {
            return self.session(id_or_prefix).await;
        }
        let (from, to) = page::id_range(id_or_prefix);
        let mut moment = self.snapshot().await?;
        let mut sql = select();
        sql.push(" AND a.id >= ").bind(from);
        sql.push(" AND a.id < ").bind(to);
        sql.push(" ORDER BY a.id LIMIT 2");
        let found: Vec<Session> = moment.all(with_story(sql, "a.id")).await?;
        let exact = found.iter().position(|s| s.id == id_or_prefix);
        match (exact, found.len()) {
            (None, count @ 2..) => Err(Error::Ambiguous {
                prefix: id_or_prefix.to_owned(),
                count,
            }),
            (at, _) => match found.into_iter().nth(at.unwrap_or(0)) {
                Some(session) => detail(&mut moment, session).await.map(Some),
                None => Ok(None),
            },
        }
    }
}

async fn detail(moment: &mut Snapshot, session: Session) -> Result<SessionDetail> {
    let seq = session.row.created_seq;
    Ok(SessionDetail {
        thinking_trace: latest(moment, seq).await?,
        tool_calls: latest(moment, seq).await?,
        inputs: latest(moment, seq).await?,
        changes: latest(moment, seq).await?.pop(),
        session,
    })
}

/// The latest child rows of a session, oldest of them first.
async fn latest<R: TableRow>(moment: &mut Snapshot, session_seq: i64) -> Result<Vec<R>> {
    let table = R::TABLE;
    let mut sql = Statement::new(format!("SELECT {} FROM {}", table.select(""), table.name));
    sql.push(" WHERE session_seq = ").bind(session_seq);
    sql.push(" ORDER BY seq DESC LIMIT ")
        .bind(i64::from(MAX_TRACE_ROWS));
    let mut rows = moment.all(sql).await?;
    rows.reverse();
    Ok(rows)
}
