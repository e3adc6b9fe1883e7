//! The proof that the tables are what the log says: a replay into a scratch database, compared row for row.
use super::{
    Projector,
    batch::{Cursor, take},
    slot::Slot,
};
use crate::{
    Db, Error, Result,
    checkpoint::{self, Checkpoint},
    db::{Cells, FromCells, Snapshot, Statement, Table, Value},
    projection::Projection,
};
use errand_eventlog::{Seq, StartAt};
use futures::TryStreamExt as _;
use serde::Serialize;
use std::collections::BTreeMap;

/// Differences reported at most.
pub const MAX_DIFFERENCES: usize = 100;
const ROWS_PER_COMPARISON: i64 = 500;

/// A row that is not what the log says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    pub table: &'static str,
    /// The values of the key columns, joined by `/`.
    pub key: String,
    #[serde(flatten)]
    pub kind: DifferenceKind,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "difference", rename_all = "camelCase")]
pub enum DifferenceKind {
    /// The log makes this row, the live table does not have it.
    Missing,
    /// The live table has a row that the log does not make.
    Extra,
    Changed {
        column: &'static str,
        live: String,
        replayed: String,
    },
}

impl Projector {
    /// Replays the log into `scratch`, an empty database of either engine, as far as the live tables are, and compares.
    /// Answers the first [`MAX_DIFFERENCES`] differences; none means that the live tables are what the log says.
    ///
    /// # Errors
    /// An event cannot be read, or the log or a database fails.
    pub async fn verify(&self, scratch: &Db) -> Result<Vec<Difference>> {
        let mut differences = Vec::new();
        for slot in self.slots.iter() {
            let projection = slot.projection.as_ref();
            let mut live = self.db.snapshot().await?;
            let stored = checkpoint::find(&mut live, slot.name()).await?;
            let to = stored.as_ref().map_or(0, |c| c.sequence);
            self.replay(scratch, projection, to).await?;
            let mut replayed = scratch.snapshot().await?;
            for table in projection.tables() {
                compare(&mut live, &mut replayed, *table, &mut differences).await?;
            }
            drop(live);
            self.insist_on_generation(slot, stored).await?;
        }
        Ok(differences)
    }

    /// In Postgres a table that was switched meanwhile is empty in an older snapshot.
    async fn insist_on_generation(&self, slot: &Slot, was: Option<Checkpoint>) -> Result<()> {
        let is = checkpoint::find(&mut self.db.snapshot().await?, slot.name()).await?;
        if is.map(|c| c.generation) == was.map(|c| c.generation) {
            Ok(())
        } else {
            Err(Error::RebuiltMeanwhile(slot.name()))
        }
    }

    /// Fills a projection's tables of another database up to and including `to`.
    async fn replay(&self, db: &Db, projection: &dyn Projection, to: Seq) -> Result<()> {
        let log_id = self.log.head().await?.log_id;
        let zero = Checkpoint::zero(projection, log_id, 1);
        let mut cursor = Cursor::scratch(zero, String::new());
        let from = StartAt::After(0);
        let mut pages = self.log.read(projection.filter(), from, false).await?;
        while let Some(page) = pages.try_next().await? {
            let end = page.events.partition_point(|e| e.seq <= to);
            let through = page.through.min(to);
            take(db, projection, &mut cursor, &page.events[..end], through).await?;
            if end < page.events.len() {
                break;
            }
        }
        Ok(())
    }
}

/// A row of any table, every column as text.
#[derive(Debug, Clone, PartialEq)]
struct AnyRow(BTreeMap<String, String>);

impl FromCells for AnyRow {
    fn from_cells(cells: &dyn Cells) -> sqlx::Result<Self> {
        let names = cells.names();
        let cell = |name: String| cells.text(&name).map(|text| (name, text));
        names
            .into_iter()
            .map(cell)
            .collect::<sqlx::Result<_>>()
            .map(Self)
    }
}

type Rows = BTreeMap<String, AnyRow>;

/// Goes through both tables in the order of their keys, a few hundred rows at a time.
async fn compare(
    live: &mut Snapshot,
    replayed: &mut Snapshot,
    table: Table,
    found: &mut Vec<Difference>,
) -> Result<()> {
    let mut after: Option<Vec<Value>> = None;
    while found.len() < MAX_DIFFERENCES {
        let rows = read(live, &table, after.as_deref(), None).await?;
        let last = rows.last().map(|row| row.key(&table));
        let is_end = last.is_none();
        let twins = read(replayed, &table, after.as_deref(), last.as_deref()).await?;
        differences(&table, by_key(&table, rows), by_key(&table, twins), found);
        if is_end {
            break;
        }
        after = last;
    }
    found.truncate(MAX_DIFFERENCES);
    Ok(())
}

fn differences(table: &Table, live: Rows, replayed: Rows, found: &mut Vec<Difference>) {
    let mut add = |key: &str, kind| {
        found.push(Difference {
            table: table.name,
            key: key.to_owned(),
            kind,
        });
    };
    for key in replayed.keys().filter(|key| !live.contains_key(*key)) {
        add(key, DifferenceKind::Missing);
    }
    for (key, row) in &live {
        let Some(twin) = replayed.get(key) else {
            add(key, DifferenceKind::Extra);
            continue;
        };
        let differs = |column: &&&str| row.text(column) != twin.text(column);
        if let Some(column) = table.columns.iter().find(differs) {
            let kind = DifferenceKind::Changed {
                column,
                live: row.text(column),
                replayed: twin.text(column),
            };
            add(key, kind);
        }
    }
}

impl AnyRow {
    fn text(&self, column: &str) -> String {
        self.0.get(column).cloned().unwrap_or_default()
    }

    /// The key as parameters, each of its column's type.
    fn key(&self, table: &Table) -> Vec<Value> {
        let value = |column: &&'static str| {
            let text = self.text(column);
            match text.parse() {
                Ok(n) if table.is_integer(column) => Value::Int(Some(n)),
                _ => Value::Text(text),
            }
        };
        table.key.iter().map(value).collect()
    }
}

fn by_key(table: &Table, rows: Vec<AnyRow>) -> Rows {
    let key = |row: &AnyRow| {
        let parts: Vec<_> = table.key.iter().map(|column| row.text(column)).collect();
        parts.join("/")
    };
    rows.into_iter().map(|row| (key(&row), row)).collect()
}

/// The rows after one key, up to another or as many as are compared at once.
async fn read(
    moment: &mut Snapshot,
    table: &Table,
    after: Option<&[Value]>,
    through: Option<&[Value]>,
) -> Result<Vec<AnyRow>> {
    let text = |column: &&str| format!("COALESCE(CAST(t.{column} AS TEXT), 'NULL') AS {column}");
    let columns: Vec<_> = table.columns.iter().map(text).collect();
    let key: Vec<_> = table
        .key
        .iter()
        .map(|column| format!("t.{column}"))
        .collect();
    let key = key.join(", ");
    let (columns, name) = (columns.join(", "), table.name);
    let mut sql = Statement::new(format!("SELECT {columns} FROM {name} t WHERE 1 = 1"));
    for (bound, operator) in [(after, ">"), (through, "<=")] {
        if let Some(bound) = bound {
            sql.push(&format!(" AND ({key}) {operator} "));
            sql.bind_list(bound.iter().cloned());
        }
    }
    sql.push(&format!(" ORDER BY {key} LIMIT "));
    let more = if through.is_some() {
        MAX_DIFFERENCES
    } else {
        0
    };
    sql.bind(ROWS_PER_COMPARISON + i64::try_from(more).unwrap_or(0));
    moment.all(sql).await
}
