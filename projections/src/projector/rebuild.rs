//! New tables are filled beside the live ones, which go on being served, and take their place in one transaction.
use super::{
    Projector,
    batch::{Cursor, take},
    slot::Slot,
    start::{drop_scratch, suffix},
};
use crate::{
    Error, Keys, Result,
    checkpoint::{self, Checkpoint},
    db::Tx,
};
use errand_eventlog::{Seq, StartAt};
use futures::TryStreamExt as _;
use serde::Serialize;

/// What a rebuild did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rebuilt {
    pub projection: &'static str,
    pub generation: i64,
    /// The last log sequence in the new tables.
    pub seq: Seq,
    /// How many events were folded.
    pub events: u64,
}

impl Projector {
    /// Builds a projection's tables from zero, while the old ones go on being served and followed. A projection that
    /// had failed goes on from the new tables.
    ///
    /// # Errors
    /// There is no such projection, it is being rebuilt, an event cannot be read, or the log or the database fails.
    /// The live tables are then as they were.
    pub async fn rebuild(&self, name: &str) -> Result<Rebuilt> {
        let slot = self.slot(name)?;
        let Ok(_only_one) = slot.rebuild.try_lock() else {
            return Err(Error::AlreadyRebuilding(slot.name()));
        };
        self.board.rebuilding(slot.at, true);
        let rebuilt = tokio::select! {
            rebuilt = self.fill_and_switch(slot) => rebuilt,
            () = self.ended.cancelled() => Err(Error::Stopped),
        };
        self.board.rebuilding(slot.at, false);
        rebuilt
    }

    async fn fill_and_switch(&self, slot: &Slot) -> Result<Rebuilt> {
        let mut scratch = self.prepare(slot).await?;
        let mut events = self.fill(slot, &mut scratch).await?;
        // From here the live tables stand still, so that the last gap can be closed.
        let mut live = slot.cursor.lock().await;
        events += self.fill(slot, &mut scratch).await?;
        let switched = Checkpoint {
            sequence: scratch.seq,
            ..scratch.stored.clone()
        };
        self.switch(slot, &switched).await?;
        self.board.switched(slot.at, switched.generation);
        let all = Some(Keys::everything());
        self.board.moved(slot.at, switched.sequence, all);
        let rebuilt = Rebuilt {
            projection: slot.name(),
            generation: switched.generation,
            seq: switched.sequence,
            events,
        };
        *live = Some(Cursor::live(switched));
        Ok(rebuilt)
    }

    /// Empty tables of the next generation.
    async fn prepare(&self, slot: &Slot) -> Result<Cursor> {
        let projection = slot.projection.as_ref();
        let mut live = slot.cursor.lock().await;
        if live.is_none() {
            self.begin(slot, &mut live).await?;
        }
        let log_id = self.log.head().await?.log_id;
        let mut tx = self.db.begin("").await?;
        let stored = checkpoint::load(&mut tx, projection.name()).await?;
        let generation = stored.map_or(1, |c| c.generation) + 1;
        drop_scratch(&mut tx, projection, generation).await?;
        let suffix = suffix(generation);
        tx.make_copies(projection.tables(), &suffix).await?;
        tx.commit().await?;
        let zero = Checkpoint::zero(projection, log_id, generation);
        Ok(Cursor::scratch(zero, suffix))
    }

    /// Reads from the cursor to the present end of the log; answers how many events there were.
    async fn fill(&self, slot: &Slot, cursor: &mut Cursor) -> Result<u64> {
        let from = StartAt::After(cursor.seq);
        let projection = slot.projection.as_ref();
        let mut pages = self.log.read(projection.filter(), from, false).await?;
        let mut events = 0;
        while let Some(page) = pages.try_next().await? {
            events += page.events.len() as u64;
            take(&self.db, projection, cursor, &page.events, page.through).await?;
        }
        Ok(events)
    }

    async fn switch(&self, slot: &Slot, to: &Checkpoint) -> Result<()> {
        let mut tx = self.db.begin("").await?;
        let stored = checkpoint::load(&mut tx, slot.name()).await?;
        if stored.is_some_and(|c| c.generation + 1 != to.generation) {
            return Err(Error::Fenced(slot.name()));
        }
        swap_tables(&mut tx, slot, &suffix(to.generation)).await?;
        checkpoint::put(&mut tx, to).await?;
        tx.commit().await
    }
}

async fn swap_tables(tx: &mut Tx, slot: &Slot, suffix: &str) -> Result<()> {
    for table in slot.projection.tables() {
        let name = table.name;
        tx.script(&format!(
            "DROP TABLE {name}; ALTER TABLE {name}{suffix} RENAME TO {name}"
        ))
        .await?;
    }
    Ok(())
}
