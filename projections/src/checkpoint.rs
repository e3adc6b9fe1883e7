//! How far a projection has come, kept in the same transaction as its rows.
use crate::{
    Error, Result,
    db::{Cells, Column as _, FromCells, Snapshot, Statement, Tx},
    projection::{Projection, signed, unsigned},
};
use errand_eventlog::Seq;
use uuid::Uuid;

/// A checkpoint as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    pub projection: String,
    pub log_id: String,
    pub sequence: Seq,
    /// Counts the rebuilds.
    pub generation: i64,
    /// Of the projection that wrote the rows.
    pub version: i64,
}

const COLUMNS: &str = "SELECT projection, log_id, sequence, generation, version FROM checkpoints";

impl FromCells for Checkpoint {
    fn from_cells(cells: &dyn Cells) -> sqlx::Result<Self> {
        Ok(Self {
            projection: String::from_cell(cells, "projection")?,
            log_id: String::from_cell(cells, "log_id")?,
            sequence: unsigned(i64::from_cell(cells, "sequence")?),
            generation: i64::from_cell(cells, "generation")?,
            version: i64::from_cell(cells, "version")?,
        })
    }
}

impl Checkpoint {
    /// Before the first event of a log.
    pub fn zero(projection: &dyn Projection, log_id: Uuid, generation: i64) -> Self {
        Self {
            projection: projection.name().to_owned(),
            log_id: log_id.to_string(),
            sequence: 0,
            generation,
            version: projection.version(),
        }
    }
}

/// Every projection's checkpoint, as of the snapshot.
pub(crate) async fn all(moment: &mut Snapshot) -> Result<Vec<Checkpoint>> {
    moment.all(Statement::new(COLUMNS)).await
}

/// One projection's checkpoint, as of the snapshot.
pub(crate) async fn find(moment: &mut Snapshot, projection: &str) -> Result<Option<Checkpoint>> {
    moment.one(selected(projection)).await
}

pub(crate) async fn load(tx: &mut Tx, projection: &str) -> Result<Option<Checkpoint>> {
    Ok(tx.all(selected(projection)).await?.into_iter().next())
}

fn selected(projection: &str) -> Statement {
    let mut sql = Statement::new(COLUMNS);
    sql.push(" WHERE projection = ").bind(projection);
    sql
}

/// The checkpoint, which nobody else moves until the transaction ends.
pub(crate) async fn hold(tx: &mut Tx, projection: &str) -> Result<Option<Checkpoint>> {
    let mut sql = Statement::new("UPDATE checkpoints SET sequence = sequence WHERE projection = ");
    sql.bind(projection);
    tx.execute(sql).await?;
    load(tx, projection).await
}

/// Writes a checkpoint whatever was there.
pub(crate) async fn put(tx: &mut Tx, checkpoint: &Checkpoint) -> Result<()> {
    let mut sql = Statement::new(
        "INSERT INTO checkpoints (projection, log_id, sequence, generation, version) VALUES (",
    );
    sql.bind(&checkpoint.projection).push(", ");
    sql.bind(&checkpoint.log_id).push(", ");
    sql.bind(signed(checkpoint.sequence)).push(", ");
    sql.bind(checkpoint.generation).push(", ");
    sql.bind(checkpoint.version);
    sql.push(
        ") ON CONFLICT (projection) DO UPDATE SET log_id = excluded.log_id, \
         sequence = excluded.sequence, generation = excluded.generation, version = excluded.version",
    );
    tx.execute(sql).await.map(drop)
}

/// Moves a checkpoint from where this process left it.
///
/// # Errors
/// [`Error::Fenced`] when it is elsewhere: another process writes.
pub(crate) async fn advance(
    tx: &mut Tx,
    projection: &dyn Projection,
    stored: &Checkpoint,
    to: Seq,
) -> Result<()> {
    let mut sql = Statement::new("UPDATE checkpoints SET sequence = ");
    sql.bind(signed(to)).push(" WHERE projection = ");
    sql.bind(&stored.projection).push(" AND log_id = ");
    sql.bind(&stored.log_id).push(" AND sequence = ");
    sql.bind(signed(stored.sequence)).push(" AND generation = ");
    sql.bind(stored.generation);
    match tx.execute(sql).await? {
        1 => Ok(()),
        _ => Err(Error::Fenced(projection.name())),
    }
}
