//! New tables are filled beside the live ones, which go on being served, and take their place in one transaction.
use super::{
    Projector,
    batch::{Cursor, fold, take},
    notice::Changed,
    scratch::{self, suffix},
    slot::Slot,
};
use crate::{
    Error, Keys, Result,
    checkpoint::{self, Checkpoint},
    db::{Locks, Tx},
};
use errand_eventlog::{Seq, StartAt};
use futures::TryStreamExt as _;
use serde::Serialize;
use std::time::Duration;

/// How often the tables are tried to be switched while somebody reads them without a pause.
const MAX_SWITCH_ATTEMPTS: u32 = 30;
const SWITCH_RETRY_DELAY: Duration = Duration::from_millis(500);

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
    /// Builds a projection's tables from zero, while the old ones go on being served and followed, also when another
    /// process follows them. A projection that had failed goes on from the new tables.
    ///
    /// # Errors
    /// There is no such projection, it is being rebuilt, an event cannot be read, or the log or the database fails.
    /// The live tables are then as they were.
    pub async fn rebuild(&self, name: &str) -> Result<Rebuilt> {
        let slot = self.slot(name)?;
        let Ok(_only_one) = slot.rebuild.try_lock() else {
            return Err(Error::AlreadyRebuilding(slot.name()));
        };
        let locks = self.lock_rebuild(slot).await?;
        self.board.rebuilding(slot.at, true);
        let rebuilt = tokio::select! {
            rebuilt = self.fill_and_switch(slot) => rebuilt,
            () = self.ended.cancelled() => Err(Error::Stopped),
        };
        self.board.rebuilding(slot.at, false);
        if let Some(locks) = locks {
            locks.close().await;
        }
        rebuilt
    }

    /// Of several processes one rebuilds a projection. One that loses the lock without knowing spoils nothing: its tables
    /// have names of their own, and only the next generation after the live one can take its place.
    async fn lock_rebuild(&self, slot: &Slot) -> Result<Option<Locks>> {
        let Some(postgres) = self.db.shared() else {
            return Ok(None);
        };
        let mut locks = postgres.locks().await?;
        match locks.take(&scratch::lock(slot.name())).await? {
            true => Ok(Some(locks)),
            false => Err(Error::AlreadyRebuilding(slot.name())),
        }
    }

    async fn fill_and_switch(&self, slot: &Slot) -> Result<Rebuilt> {
        let mut scratch = self.prepare(slot).await?;
        let mut events = self.fill(slot, &mut scratch).await?;
        // What came meanwhile, so that little is left to do while the live tables stand still.
        events += self.fill(slot, &mut scratch).await?;
        let mut live = slot.cursor.lock().await;
        let (switched, rest) = self.switch_when_free(slot, &scratch).await?;
        self.board.switched(slot.at, switched.generation);
        let all = Some(Keys::everything());
        self.board.moved(slot.at, switched.sequence, all);
        let rebuilt = Rebuilt {
            projection: slot.name(),
            generation: switched.generation,
            seq: switched.sequence,
            events: events + rest,
        };
        *live = Some(Cursor::live(switched));
        Ok(rebuilt)
    }

    /// Empty tables of the next generation.
    async fn prepare(&self, slot: &Slot) -> Result<Cursor> {
        let projection = slot.projection.as_ref();
        let log_id = self.log.head().await?.log_id;
        let mut tx = self.db.begin("").await?;
        let stored = checkpoint::load(&mut tx, projection.name()).await?;
        let generation = stored.map_or(1, |c| c.generation) + 1;
        scratch::sweep(&mut tx, projection).await?;
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

    async fn switch_when_free(&self, slot: &Slot, scratch: &Cursor) -> Result<(Checkpoint, u64)> {
        let mut attempt = 1;
        loop {
            match self.switch(slot, scratch).await {
                Err(error) if error.is_lock_timeout() && attempt < MAX_SWITCH_ATTEMPTS => {
                    attempt += 1;
                    tokio::time::sleep(SWITCH_RETRY_DELAY).await;
                }
                other => return other,
            }
        }
    }

    /// Closes the last gap and puts the new tables in the place of the old ones, all or nothing. Meanwhile nobody writes
    /// the live tables: this holds their checkpoint.
    async fn switch(&self, slot: &Slot, scratch: &Cursor) -> Result<(Checkpoint, u64)> {
        let mut tx = self.db.begin(&scratch.suffix).await?;
        tx.give_up_soon().await?;
        let stored = checkpoint::hold(&mut tx, slot.name()).await?;
        let mut to = scratch.stored.clone();
        if stored.is_some_and(|c| c.generation + 1 != to.generation) {
            return Err(Error::Fenced(slot.name()));
        }
        let (seq, events) = self.close_gap(slot, &mut tx, scratch.seq).await?;
        to.sequence = seq;
        swap_tables(&mut tx, slot, &scratch.suffix).await?;
        checkpoint::put(&mut tx, &to).await?;
        if let Some(postgres) = self.db.shared() {
            let changed = Changed {
                from: postgres.id(),
                projection: slot.name().to_owned(),
                seq,
                generation: to.generation,
                keys: Keys::everything(),
            };
            tx.notify(changed.text()).await?;
        }
        tx.commit().await?;
        Ok((to, events))
    }

    /// Takes the events after `after` into the transaction's tables; answers where they end and how many there were.
    async fn close_gap(&self, slot: &Slot, tx: &mut Tx, after: Seq) -> Result<(Seq, u64)> {
        let projection = slot.projection.as_ref();
        let from = StartAt::After(after);
        let mut pages = self.log.read(projection.filter(), from, false).await?;
        let (mut through, mut events) = (after, 0);
        while let Some(page) = pages.try_next().await? {
            fold(tx, projection, &page.events).await?;
            events += page.events.len() as u64;
            through = through.max(page.through);
        }
        Ok((through, events))
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
