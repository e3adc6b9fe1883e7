//! The life of one projection: begin, follow, and come back from trouble.
use super::{
    Projector,
    batch::{self, take},
    pages,
    slot::Slot,
};
use crate::{Error, Result, positions::ProjectionState};
use errand_eventlog::{Seq, StartAt};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const FIRST_RETRY_DELAY: Duration = Duration::from_millis(100);
const MAX_RETRY_DELAY: Duration = Duration::from_secs(30);

impl Projector {
    /// Keeps one projection up to date until `stop`.
    pub(super) async fn follow(&self, slot: &Slot, stop: &CancellationToken) {
        let mut delay = FIRST_RETRY_DELAY;
        while !stop.is_cancelled() {
            let started_at = self.position(slot);
            let mut generation = 0;
            let Err(error) = self.follow_once(slot, stop, &mut generation).await else {
                break;
            };
            if !error.is_transient() {
                self.fail(slot, &error);
                self.wait_for_rebuild(slot, generation, stop).await;
                continue;
            }
            if self.position(slot) > started_at {
                delay = FIRST_RETRY_DELAY;
            }
            self.warn(slot, &error);
            let _ = tokio::time::timeout(delay, stop.cancelled()).await;
            delay = MAX_RETRY_DELAY.min(delay * 2);
        }
        self.board.state(slot.at, ProjectionState::Stopped, None);
    }

    /// Ends well only when told to stop. Tells which generation of the tables it followed into.
    async fn follow_once(
        &self,
        slot: &Slot,
        stop: &CancellationToken,
        generation: &mut i64,
    ) -> Result<()> {
        let from = self.resume(slot, generation).await?;
        let filter = slot.projection.filter();
        let mut pages = self.log.read(filter, StartAt::After(from), true).await?;
        self.board.state(slot.at, ProjectionState::Following, None);
        loop {
            let next = tokio::select! {
                biased;
                () = stop.cancelled() => return self.rest(slot).await,
                next = pages::next(&mut pages) => next?,
            };
            let Some(page) = next else {
                return Err(pages::ended());
            };
            let mut held = slot.cursor.lock().await;
            let Some(cursor) = held.as_mut() else {
                return Err(pages::ended());
            };
            let projection = slot.projection.as_ref();
            let taken = take(&self.db, projection, cursor, &page.events, page.through).await;
            // Also after an error: what came before it is in the tables.
            let changed = taken.as_ref().ok().cloned().flatten();
            self.board.moved(slot.at, cursor.seq, changed);
            taken?;
        }
    }

    /// Reads the checkpoint again: after an error nothing in memory is trusted.
    async fn resume(&self, slot: &Slot, generation: &mut i64) -> Result<Seq> {
        let mut held = slot.cursor.lock().await;
        let cursor = self.begin(slot, &mut held).await?;
        *generation = cursor.stored.generation;
        Ok(cursor.seq)
    }

    /// Writes down how far it came, so that the next start reads nothing twice.
    async fn rest(&self, slot: &Slot) -> Result<()> {
        match slot.cursor.lock().await.as_mut() {
            Some(cursor) => batch::store(&self.db, slot.projection.as_ref(), cursor).await,
            None => Ok(()),
        }
    }

    fn fail(&self, slot: &Slot, error: &Error) {
        tracing::error!(projection = slot.name(), %error, "the projection has stopped; nothing was skipped");
        let reason = Some(error.to_string());
        self.board.state(slot.at, ProjectionState::Failed, reason);
    }

    /// Only a rebuild or a restart can help a failed projection.
    async fn wait_for_rebuild(&self, slot: &Slot, failed: i64, stop: &CancellationToken) {
        let mut positions = self.positions().watch();
        let rebuilt = positions.wait_for(|all| all[slot.at].generation > failed);
        tokio::select! {
            () = stop.cancelled() => {}
            _ = rebuilt => {}
        }
    }

    fn warn(&self, slot: &Slot, error: &Error) {
        let reason = error.to_string();
        let known = self.positions().now();
        if known.get(slot.at).and_then(|p| p.error.as_ref()) != Some(&reason) {
            tracing::warn!(projection = slot.name(), %error, "trying again");
        }
        self.board
            .state(slot.at, ProjectionState::Retrying, Some(reason));
    }

    fn position(&self, slot: &Slot) -> Seq {
        self.positions().now().get(slot.at).map_or(0, |p| p.seq)
    }
}
