//! The audit archive: every event of the log as a row, searchable by SQL.
//!
//! The table begins with the columns of cqrs-es' event table, so that any program built on that crate can load our aggregates
//! from it. It keeps what the log holds, also an event that this program cannot read: one unknown type must not hide all that
//! came after it. Such a row says why, holds the recorded bytes, and makes whoever folds its aggregate fail instead of
//! leaving something out.
mod document;
mod proof;
mod row;
mod search;

pub use document::Document;
pub use proof::{LogFault, MAX_FAULTS};
pub use row::{EventRow, story_of};
pub use search::{EventFilter, MAX_FOUND_ROWS, Span};

use crate::{
    Result,
    db::{Cells, Column as _, FromCells, Statement, Table, TableRow as _, Tx},
    keys::Keys,
    projection::{Fact, Projection},
};
use async_trait::async_trait;
use errand_proto::AggregateKind;
use std::{collections::HashMap, time::Duration};

pub(crate) const NAME: &str = "events";
/// The log itself answers for the newest events, so the archive can afford few and large transactions.
const PACE: Duration = Duration::from_millis(500);
/// Sessions looked up in one statement.
const SESSIONS_PER_LOOK_UP: usize = 32;

/// Keeps the table `events`.
pub(crate) struct Archive;

#[async_trait]
impl Projection for Archive {
    fn name(&self) -> &'static str {
        NAME
    }

    fn kinds(&self) -> &'static [AggregateKind] {
        &AggregateKind::ALL
    }

    fn tables(&self) -> &'static [Table] {
        &[EventRow::TABLE]
    }

    async fn apply(&self, tx: &mut Tx, facts: Vec<Fact>) -> Result<Keys> {
        let mut stories = stories_of_sessions(tx, &facts).await?;
        let rows = facts.iter().map(|fact| {
            let mut row = EventRow::of(fact);
            if fact.subject.kind() == AggregateKind::Session {
                add_story(&mut row, &mut stories);
            }
            row
        });
        tx.upsert(last_of_each(rows.collect())).await?;
        Ok(Keys::default())
    }

    fn pace(&self) -> Duration {
        PACE
    }

    fn is_waited_for(&self) -> bool {
        false
    }

    fn keeps_unreadable(&self) -> bool {
        true
    }
}

/// The first event of a session names its story; most of the later ones do not.
fn add_story(row: &mut EventRow, stories: &mut HashMap<String, String>) {
    if row.story_id.is_empty() {
        row.story_id = stories.get(&row.aggregate_id).cloned().unwrap_or_default();
    } else if row.sequence == 1 {
        stories.insert(row.aggregate_id.clone(), row.story_id.clone());
    }
}

struct SessionStory {
    session: String,
    story: String,
}

impl FromCells for SessionStory {
    fn from_cells(cells: &dyn Cells) -> sqlx::Result<Self> {
        Ok(Self {
            session: String::from_cell(cells, "aggregate_id")?,
            story: String::from_cell(cells, "story_id")?,
        })
    }
}

/// The stories of those sessions that began in earlier batches.
async fn stories_of_sessions(tx: &mut Tx, facts: &[Fact]) -> Result<HashMap<String, String>> {
    let sessions = facts
        .iter()
        .filter(|f| f.subject.kind() == AggregateKind::Session && f.version > 1);
    let mut ids: Vec<&str> = sessions.map(|f| f.subject.id()).collect();
    ids.sort_unstable();
    ids.dedup();
    let table = tx.table(NAME);
    let mut stories = HashMap::new();
    for some in ids.chunks(SESSIONS_PER_LOOK_UP) {
        let mut sql = Statement::new(format!(
            "SELECT aggregate_id, story_id FROM {table} \
             WHERE aggregate_type = 'session' AND sequence = 1 AND aggregate_id IN "
        ));
        // Always as many parameters, so that the statement is prepared once.
        sql.bind_list((0..SESSIONS_PER_LOOK_UP).map(|n| *some.get(n).unwrap_or(&some[0])));
        let found: Vec<SessionStory> = tx.all(sql).await?;
        stories.extend(found.into_iter().map(|f| (f.session, f.story)));
    }
    Ok(stories)
}

/// A log that holds a version twice is broken. The archive then has the later event, and the audit tells.
fn last_of_each(rows: Vec<EventRow>) -> Vec<EventRow> {
    let key = |row: &EventRow| {
        (
            row.aggregate_type.clone(),
            row.aggregate_id.clone(),
            row.sequence,
        )
    };
    let last: HashMap<_, _> = rows.iter().enumerate().map(|(n, r)| (key(r), n)).collect();
    if last.len() == rows.len() {
        return rows;
    }
    let numbered = rows.into_iter().enumerate();
    let kept = numbered.filter(|(n, row)| last[&key(row)] == *n);
    kept.map(|(_, row)| row).collect()
}
