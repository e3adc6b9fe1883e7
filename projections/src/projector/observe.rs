//! Positions and changes in a process that does not write: told by the one that does, or read from the checkpoints when
//! something may have been missed.
use super::{
    Projector,
    notice::{Changed, Notice},
    start::void,
};
use crate::{
    Error, Keys, Result, checkpoint, checkpoint::Checkpoint, db::Postgres,
    positions::ProjectionState,
};
use std::{convert::Infallible, time::Duration};
use tokio_util::sync::CancellationToken;

/// A projector that runs says something at least this often.
pub(super) const SIGN_OF_LIFE_INTERVAL: Duration = Duration::from_secs(1);
/// After so long without a word the connection is made anew: it may be it that is dead.
const MAX_SILENCE: Duration = Duration::from_secs(5);
const RETRY_DELAY: Duration = Duration::from_millis(500);

impl Projector {
    /// Keeps positions and changes up to date until `stop` without writing anything: another process runs the
    /// projections. Needs no more than the right to SELECT.
    ///
    /// # Errors
    /// The database is a file, which only the process that fills it can look into.
    pub async fn observe(&self, stop: CancellationToken) -> Result<()> {
        let postgres = self.db.shared().ok_or(Error::NotShared)?;
        let mut is_first = true;
        loop {
            let observed = self.observe_once(postgres, &mut is_first);
            let error = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                observed = observed => match observed {
                    Err(error) => error,
                    Ok(never) => match never {},
                },
            };
            self.lost_sight(&error);
            let _ = tokio::time::timeout(RETRY_DELAY, stop.cancelled()).await;
        }
    }

    async fn observe_once(&self, postgres: &Postgres, is_first: &mut bool) -> Result<Infallible> {
        let mut notices = postgres.notices().await?;
        self.catch_up(*is_first).await?;
        *is_first = false;
        loop {
            let next = tokio::time::timeout(MAX_SILENCE, notices.next()).await;
            let text = next.map_err(|_| Error::Silence(MAX_SILENCE))??;
            let text = text.ok_or(Error::LostNotices)?;
            match serde_json::from_str(&text) {
                Ok(notice) => self.hear(postgres, notice),
                // Of another version of the program: what it says is in the tables anyway.
                Err(_) => self.catch_up(false).await?,
            }
        }
    }

    /// Reads the checkpoints. Whatever moved is told as changed in everything.
    async fn catch_up(&self, is_first: bool) -> Result<()> {
        let head = self.log.head().await?;
        let stored = checkpoint::all(&mut self.db.snapshot().await?).await?;
        for slot in self.slots.iter().filter(|slot| !slot.is_seated()) {
            let ours = stored.iter().find(|c| c.projection == slot.name());
            let Some(stored) = ours.filter(|c| void(c, slot.projection.as_ref(), head).is_none())
            else {
                continue;
            };
            if is_first {
                self.board.changes.begins_after(stored.sequence);
            }
            self.see(slot.at, stored);
        }
        Ok(())
    }

    fn see(&self, at: usize, stored: &Checkpoint) {
        let Some(known) = self.positions().now().into_iter().nth(at) else {
            return;
        };
        if (known.seq, known.generation) != (stored.sequence, stored.generation) {
            self.board.switched(at, stored.generation);
            let all = Some(Keys::everything());
            self.board.moved(at, stored.sequence, all);
        }
    }

    fn hear(&self, postgres: &Postgres, notice: Notice) {
        match notice {
            Notice::Changed(changed) if changed.from != postgres.id() => self.changed(changed),
            Notice::Standing { from, positions } if from != postgres.id() => {
                for standing in positions {
                    if let Ok(slot) = self.slot(&standing.name)
                        && !slot.is_seated()
                    {
                        self.board.stands(slot.at, standing);
                    }
                }
            }
            // Of this process: its board knows.
            Notice::Changed(_) | Notice::Standing { .. } => {}
        }
    }

    fn changed(&self, changed: Changed) {
        // A projection of another version of the program.
        let Ok(slot) = self.slot(&changed.projection) else {
            return;
        };
        self.board.switched(slot.at, changed.generation);
        self.board.moved(slot.at, changed.seq, Some(changed.keys));
    }

    /// Says so where nobody in this process knows better.
    fn lost_sight(&self, error: &Error) {
        let reason = error.to_string();
        tracing::debug!(reason, "looking at the checkpoints again");
        for slot in self.slots.iter().filter(|slot| !slot.is_seated()) {
            self.board
                .state(slot.at, ProjectionState::Retrying, Some(reason.clone()));
        }
    }

    /// Tells the others where the projections stand that this process writes, until `stop`.
    pub(super) async fn tell(&self, postgres: &Postgres, stop: &CancellationToken) {
        let mut moves = self.positions().watch();
        loop {
            let all = moves.borrow_and_update().clone();
            let ours = self.slots.iter().zip(all);
            let ours = ours.filter(|(slot, _)| slot.is_seated());
            let positions: Vec<_> = ours.map(|(_, position)| position.into()).collect();
            if !positions.is_empty() {
                let from = postgres.id();
                let text = Notice::Standing { from, positions }.text();
                if let Err(error) = postgres.notify(text).await {
                    tracing::debug!(%error, "nobody could be told");
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                _ = moves.changed() => {}
                () = tokio::time::sleep(SIGN_OF_LIFE_INTERVAL) => {}
            }
            let _ = tokio::time::timeout(TELLING_PACE, stop.cancelled()).await;
        }
    }
}

/// Positions are told this often at most.
const TELLING_PACE: Duration = Duration::from_millis(5);
