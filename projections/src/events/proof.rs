//! What the archive shows about the log itself.
use crate::{
    Result,
    db::{Cells, Column as _, Db, FromCells, Statement},
};
use serde::Serialize;

/// Faults reported of each kind at most.
pub const MAX_FAULTS: usize = 100;

/// Something that a sound log never holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(
    tag = "fault",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum LogFault {
    /// An aggregate's versions are not 1, 2, 3… in the order of the log.
    Version {
        seq: i64,
        aggregate: String,
        version: i64,
        /// The version before it, and where that one is; 0 when there is none.
        previous: i64,
        previous_seq: i64,
    },
    /// Events that claim a version which another event of their aggregate has too.
    SharedVersion { events: u64 },
    /// An id that more than one event has.
    RepeatedId { seq: i64, id: String, events: i64 },
    /// A payload that this program cannot read.
    Unreadable {
        seq: i64,
        aggregate: String,
        reason: String,
    },
}

impl Db {
    /// The faults of a log whose events, so many of them, were archived here.
    ///
    /// # Errors
    /// The database fails.
    pub(crate) async fn log_faults(&self, events: u64) -> Result<Vec<LogFault>> {
        let archived = self.one::<Count>(Statement::new(COUNT)).await?;
        let archived = archived.map_or(0, |c| c.0);
        let mut faults = Vec::new();
        if archived != events {
            let events = events.abs_diff(archived);
            faults.push(LogFault::SharedVersion { events });
        }
        for sql in [VERSIONS, REPEATED_IDS, UNREADABLE] {
            faults.extend(self.all(limited(sql)).await?);
        }
        Ok(faults)
    }
}

const COUNT: &str = "SELECT COUNT(*) AS n FROM events";

/// Goes through the primary key in its order, so nothing is sorted.
const VERSIONS: &str = "SELECT 'version' AS fault, aggregate_type || '.' || aggregate_id AS aggregate, log_seq, sequence, \
    previous, previous_seq FROM (SELECT aggregate_type, aggregate_id, sequence, log_seq, \
    COALESCE(LAG(sequence) OVER one, 0) AS previous, COALESCE(LAG(log_seq) OVER one, 0) AS previous_seq FROM events \
    WINDOW one AS (PARTITION BY aggregate_type, aggregate_id ORDER BY sequence)) AS placed \
    WHERE sequence <> previous + 1 OR log_seq < previous_seq";

const REPEATED_IDS: &str = "SELECT 'id' AS fault, event_id, MAX(log_seq) AS log_seq, COUNT(*) AS events \
    FROM events GROUP BY event_id HAVING COUNT(*) > 1";

const UNREADABLE: &str = "SELECT 'unreadable' AS fault, aggregate_type || '.' || aggregate_id AS aggregate, log_seq, unreadable \
    FROM events WHERE unreadable <> ''";

fn limited(sql: &str) -> Statement {
    let mut sql = Statement::new(sql);
    sql.push(" ORDER BY log_seq LIMIT ")
        .bind(i64::try_from(MAX_FAULTS).unwrap_or(i64::MAX));
    sql
}

impl FromCells for LogFault {
    fn from_cells(cells: &dyn Cells) -> sqlx::Result<Self> {
        let text = |column| String::from_cell(cells, column);
        let number = |column| i64::from_cell(cells, column);
        let seq = number("log_seq")?;
        Ok(match text("fault")?.as_str() {
            "version" => Self::Version {
                seq,
                aggregate: text("aggregate")?,
                version: number("sequence")?,
                previous: number("previous")?,
                previous_seq: number("previous_seq")?,
            },
            "id" => Self::RepeatedId {
                seq,
                id: text("event_id")?,
                events: number("events")?,
            },
            _ => Self::Unreadable {
                seq,
                aggregate: text("aggregate")?,
                reason: text("unreadable")?,
            },
        })
    }
}

struct Count(u64);

impl FromCells for Count {
    fn from_cells(cells: &dyn Cells) -> sqlx::Result<Self> {
        i64::from_cell(cells, "n").map(|n| Self(n.unsigned_abs()))
    }
}
