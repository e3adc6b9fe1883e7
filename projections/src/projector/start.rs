//! Where a projection begins: at its checkpoint, or at zero when that is void.
use super::{Projector, batch::Cursor, scratch, slot::Slot};
use crate::{
    Db, Result,
    checkpoint::{self, Checkpoint},
    db::{Statement, Tx},
    projection::Projection,
};
use errand_eventlog::Head;

impl Projector {
    /// Reads the checkpoint into the slot. The caller holds the slot's cursor.
    pub(super) async fn begin<'c>(
        &self,
        slot: &Slot,
        cursor: &'c mut Option<Cursor>,
    ) -> Result<&'c mut Cursor> {
        let head = self.log.head().await?;
        let found = open(&self.db, slot, head).await?;
        self.board.generation(slot.at, found.generation);
        self.board.moved(slot.at, found.sequence, None);
        self.board.changes.begins_after(found.sequence);
        Ok(cursor.insert(Cursor::live(found)))
    }
}

/// The checkpoint on this log. A void one takes the rows with it.
async fn open(db: &Db, slot: &Slot, head: Head) -> Result<Checkpoint> {
    let projection = slot.projection.as_ref();
    let mut tx = db.begin("").await?;
    let stored = checkpoint::hold(&mut tx, projection.name()).await?;
    let generation = stored.as_ref().map_or(1, |c| c.generation);
    let nobody_here = slot.rebuild.try_lock();
    if nobody_here.is_ok() && tx.is_free(&scratch::lock(slot.name())).await? {
        scratch::sweep(&mut tx, projection).await?;
    }
    let valid = match stored {
        Some(stored) => match void(&stored, projection, head) {
            None => Some(stored),
            Some(reason) => {
                tracing::info!(
                    projection = projection.name(),
                    reason,
                    "rebuilding from zero"
                );
                None
            }
        },
        None => None,
    };
    let checkpoint = match valid {
        Some(checkpoint) => checkpoint,
        None => {
            clear(&mut tx, projection).await?;
            let zero = Checkpoint::zero(projection, head.log_id, generation);
            checkpoint::put(&mut tx, &zero).await?;
            zero
        }
    };
    tx.commit().await?;
    Ok(checkpoint)
}

/// Why a checkpoint does not count on this log, if it does not.
pub(super) fn void(
    stored: &Checkpoint,
    projection: &dyn Projection,
    head: Head,
) -> Option<&'static str> {
    if stored.log_id != head.log_id.to_string() {
        Some("the tables were made from another log")
    } else if stored.sequence > head.seq {
        Some("the tables are ahead of the log, which was restored from an older copy")
    } else if stored.version != projection.version() {
        Some("the tables were made by another version of the projection")
    } else {
        None
    }
}

async fn clear(tx: &mut Tx, projection: &dyn Projection) -> Result<()> {
    for table in projection.tables() {
        let name = tx.table(table.name);
        tx.execute(Statement::new(format!("DELETE FROM {name}")))
            .await?;
    }
    Ok(())
}
