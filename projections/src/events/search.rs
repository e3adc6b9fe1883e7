//! What people look for in the archive.
use super::EventRow;
use crate::{
    Error, Result,
    checkpoint::{self, Checkpoint},
    db::{Cells, Column as _, Db, FromCells, Statement},
    page,
    projection::{signed, unsigned},
};
use errand_eventlog::Seq;
use uuid::Uuid;

/// Rows of one answer; each may be as large as an event.
pub const MAX_FOUND_ROWS: usize = 200;
/// JSON columns are read as text.
const COLUMNS: &str = "aggregate_type, aggregate_id, sequence, event_type, event_version, \
    CAST(payload AS TEXT) AS payload, CAST(metadata AS TEXT) AS metadata, log_seq, time_us, event_id, workspace, \
    story_id, correlation_id, causation_id, command_id, unreadable";

/// Which events are wanted. Absent parts mean "all".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Short names.
    pub types: Vec<&'static str>,
    pub story: Option<String>,
    pub correlation: Option<Uuid>,
    /// Microseconds since the Unix epoch, both included.
    pub from_us: Option<i64>,
    pub until_us: Option<i64>,
}

/// Sequences of the log: after the first, up to and including the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub after: Seq,
    pub through: Seq,
}

impl Db {
    /// How far the archive has come on this log: it holds every event up to there. 0 when it was made from another log.
    ///
    /// # Errors
    /// The database fails.
    pub async fn archived_through(&self, log_id: Uuid) -> Result<Seq> {
        let all = checkpoint::all(&mut self.snapshot().await?).await?;
        let ours = |c: &&Checkpoint| c.projection == super::NAME && c.log_id == log_id.to_string();
        Ok(all.iter().find(ours).map_or(0, |c| c.sequence))
    }

    /// The next events of a span in log order, at most [`MAX_FOUND_ROWS`] of them.
    ///
    /// # Errors
    /// The database fails, or the archive was emptied after `through` was asked for.
    pub async fn archived(&self, filter: &EventFilter, span: Span) -> Result<Vec<EventRow>> {
        let mut moment = self.snapshot().await?;
        let all = checkpoint::all(&mut moment).await?;
        let holds = |c: &Checkpoint| c.projection == super::NAME && c.sequence >= span.through;
        if !all.iter().any(holds) {
            return Err(Error::ArchiveEmptied);
        }
        moment.all(page(filter, span)).await
    }

    /// The part of a span in which the events of a time lie; times need not follow the order of the log.
    ///
    /// # Errors
    /// The database fails.
    pub async fn archived_span(&self, filter: &EventFilter, span: Span) -> Result<Span> {
        if filter.from_us.is_none() && filter.until_us.is_none() {
            return Ok(span);
        }
        let mut sql = Statement::new(
            "SELECT COALESCE(MIN(log_seq), 0) AS first, COALESCE(MAX(log_seq), 0) AS last FROM events WHERE 1 = 1",
        );
        times(&mut sql, "time_us", filter);
        let found: Option<Ends> = self.one(sql).await?;
        Ok(found.map_or(span, |Ends { first, last }| Span {
            after: span.after.max(first.saturating_sub(1)),
            through: span.through.min(last),
        }))
    }

    /// The sessions of a story that had begun by `through`.
    ///
    /// # Errors
    /// The database fails.
    pub async fn archived_sessions(&self, story_id: &str, through: Seq) -> Result<Vec<String>> {
        let mut sql = Statement::new(
            "SELECT aggregate_id FROM events WHERE aggregate_type = 'session' AND sequence = 1 AND story_id <> '' \
             AND story_id = ",
        );
        sql.bind(story_id).push(" AND log_seq <= ");
        sql.bind(signed(through)).push(" ORDER BY log_seq LIMIT ");
        sql.bind(i64::from(page::MAX_PAGE_ROWS));
        let found: Vec<Id> = self.all(sql).await?;
        Ok(found.into_iter().map(|f| f.0).collect())
    }

    /// Where an event is in the log.
    ///
    /// # Errors
    /// The database fails.
    pub async fn archived_seq(&self, event_id: Uuid) -> Result<Option<Seq>> {
        let mut sql = Statement::new(
            "SELECT MIN(log_seq) AS first, MAX(log_seq) AS last FROM events WHERE event_id = ",
        );
        sql.bind(&event_id.to_string()).push(" HAVING COUNT(*) > 0");
        let found: Option<Ends> = self.one(sql).await?;
        Ok(found.map(|ends| ends.first))
    }
}

struct Id(String);

impl FromCells for Id {
    fn from_cells(cells: &dyn Cells) -> sqlx::Result<Self> {
        String::from_cell(cells, "aggregate_id").map(Self)
    }
}

struct Ends {
    first: Seq,
    last: Seq,
}

impl FromCells for Ends {
    fn from_cells(cells: &dyn Cells) -> sqlx::Result<Self> {
        Ok(Self {
            first: unsigned(i64::from_cell(cells, "first")?),
            last: unsigned(i64::from_cell(cells, "last")?),
        })
    }
}

fn page(filter: &EventFilter, span: Span) -> Statement {
    let mut sql = Statement::new(format!("SELECT {COLUMNS} FROM events WHERE "));
    match filter.types.as_slice() {
        [] => conditions(&mut sql, filter, span),
        [one] => {
            sql.push("event_type = ").bind(*one).push(" AND ");
            conditions(&mut sql, filter, span);
        }
        several => {
            sql.push("log_seq IN (");
            for (n, one) in several.iter().enumerate() {
                sql.push(if n > 0 { " UNION ALL " } else { "" });
                next_of_type(&mut sql, one, filter, span);
            }
            sql.push(")");
        }
    }
    sql.push(" ORDER BY log_seq LIMIT ").bind(limit());
    sql
}

/// The next sequences of one type. Each type has its own, or the index could not give them in order.
fn next_of_type(sql: &mut Statement, event_type: &str, filter: &EventFilter, span: Span) {
    sql.push("SELECT log_seq FROM (SELECT log_seq FROM events WHERE event_type = ");
    sql.bind(event_type).push(" AND ");
    conditions(sql, filter, span);
    sql.push(" ORDER BY log_seq LIMIT ")
        .bind(limit())
        .push(") AS next");
}

fn conditions(sql: &mut Statement, filter: &EventFilter, span: Span) {
    sql.push("log_seq > ").bind(signed(span.after));
    sql.push(" AND log_seq <= ").bind(signed(span.through));
    if let Some(story) = &filter.story {
        // As the index has it.
        sql.push(" AND story_id <> '' AND story_id = ").bind(story);
    }
    if let Some(correlation) = filter.correlation {
        sql.push(" AND correlation_id = ")
            .bind(&correlation.to_string());
    }
    // The plus keeps the time's own index out: the span has done its work, and the order is that of the log.
    times(sql, "+time_us", filter);
}

fn times(sql: &mut Statement, column: &str, filter: &EventFilter) {
    for (bound, operator) in [(filter.from_us, ">="), (filter.until_us, "<=")] {
        if let Some(time_us) = bound {
            sql.push(&format!(" AND {column} {operator} "))
                .bind(time_us);
        }
    }
}

fn limit() -> i64 {
    i64::try_from(MAX_FOUND_ROWS).unwrap_or(i64::MAX)
}
