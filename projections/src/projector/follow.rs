//! The life of one projection: begin, follow, and come back from trouble.
use super::{
    Projector,
    batch::{self, take},
    pages::{self, Pages},
    slot::Slot,
};
use crate::{Error, Result, positions::ProjectionState};
use errand_eventlog::Seq;
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

const FIRST_RETRY_DELAY: Duration = Duration::from_millis(100);
const MAX_RETRY_DELAY: Duration = Duration::from_secs(30);
/// Under load a projection writes this often at most: fewer, larger transactions. An event that comes alone is written
/// at once.
const PACE: Duration = Duration::from_millis(10);
/// A batch of so many events is large enough; whoever catches up is not held back.
const SMALL_BATCH_EVENTS: usize = 256;
/// Projections that are not further apart read the log together.
const MAX_SHARED_SPREAD: Seq = 10_000;

impl Projector {
    /// One stream for those projections that are about as far as the foremost; `None` for the others. Trouble here is
    /// left to the followers, who find it again and know what to do.
    pub(super) async fn share(&self) -> Vec<Option<Pages>> {
        let mut positions = Vec::new();
        for slot in self.slots.iter() {
            positions.push(match slot.is_seated() {
                true => self.resume(slot, &mut 0).await.ok(),
                false => None,
            });
        }
        let foremost = positions.iter().flatten().max().copied().unwrap_or(0);
        let near = |seq: &Seq| foremost - seq <= MAX_SHARED_SPREAD;
        let joined: Vec<_> = positions.iter().map(|p| p.filter(near)).collect();
        let after = joined.iter().flatten().min().copied().unwrap_or(0);
        let both = self.slots.iter().zip(&joined);
        let filters = both.filter(|(_, joined)| joined.is_some());
        let filters = filters.map(|(slot, _)| slot.projection.filter()).collect();
        let shared = pages::shared(self.log.as_ref(), filters, after).await;
        let mut shared = shared.unwrap_or_default().into_iter();
        let stream = |joined: Option<Seq>| joined.and_then(|_| shared.next());
        joined.into_iter().map(stream).collect()
    }

    /// Keeps one projection up to date until `stop`, at first from a stream that it shares with others.
    pub(super) async fn follow(
        &self,
        slot: Arc<Slot>,
        mut shared: Option<Pages>,
        stop: CancellationToken,
    ) {
        let (slot, stop) = (slot.as_ref(), &stop);
        let mut delay = FIRST_RETRY_DELAY;
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                () = slot.until_seated(true) => {}
            }
            let started_at = self.position(slot);
            let mut generation = 0;
            let followed = self.follow_once(slot, shared.take(), stop, &mut generation);
            let Err(error) = followed.await else {
                break;
            };
            if !slot.is_seated() {
                tracing::info!(projection = slot.name(), "another process may write it now");
                continue;
            }
            if self.was_replaced(&error) {
                tracing::info!(
                    projection = slot.name(),
                    "the checkpoint was moved by another process and is read again"
                );
                let _ = tokio::time::timeout(FIRST_RETRY_DELAY, stop.cancelled()).await;
                continue;
            }
            if !error.is_transient() {
                self.fail(slot, &error);
                self.wait_for_rebuild(slot, generation, stop).await;
                continue;
            }
            if self.position(slot) > started_at {
                delay = FIRST_RETRY_DELAY;
            }
            self.warn(slot, &error);
            let early = async {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = slot.until_seated(false) => {}
                }
            };
            let _ = tokio::time::timeout(delay, early).await;
            delay = MAX_RETRY_DELAY.min(delay * 2);
        }
        self.board.state(slot.at, ProjectionState::Stopped, None);
    }

    /// Ends well only when told to stop. Tells which generation of the tables it followed into.
    async fn follow_once(
        &self,
        slot: &Slot,
        shared: Option<Pages>,
        stop: &CancellationToken,
        generation: &mut i64,
    ) -> Result<()> {
        let from = self.resume(slot, generation).await?;
        let mut pages = match shared {
            Some(pages) => pages,
            None => pages::own(self.log.as_ref(), slot.projection.filter(), from).await?,
        };
        self.board.state(slot.at, ProjectionState::Following, None);
        loop {
            let batch = tokio::select! {
                biased;
                () = stop.cancelled() => return self.rest(slot).await,
                () = slot.until_seated(false) => return Err(Error::Unseated(slot.name())),
                batch = pages.next() => batch?,
            };
            let paced = (batch.events.len() < SMALL_BATCH_EVENTS)
                .then(|| tokio::time::Instant::now() + PACE);
            let mut held = slot.cursor.lock().await;
            let Some(cursor) = held.as_mut() else {
                return Err(Error::Fenced(slot.name()));
            };
            let projection = slot.projection.as_ref();
            let taken = take(&self.db, projection, cursor, &batch.events, batch.through).await;
            // Also after an error: what came before it is in the tables.
            let changed = taken.as_ref().ok().cloned().flatten();
            self.board.moved(slot.at, cursor.seq, changed);
            let wrote = taken?.is_some();
            drop(held);
            if let Some(next) = paced.filter(|_| wrote) {
                let _ = tokio::time::timeout_at(next, stop.cancelled()).await;
            }
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

    /// Among several processes a fenced writer goes on: a rebuild elsewhere has replaced the tables, or the right to write
    /// is lost and that is noticed soon.
    fn was_replaced(&self, error: &Error) -> bool {
        matches!(error, Error::Fenced(_)) && self.db.shared().is_some()
    }

    /// Says so once: only a rebuild or a restart can help.
    fn fail(&self, slot: &Slot, error: &Error) {
        tracing::error!(projection = slot.name(), %error, "the projection has stopped; nothing was skipped");
        let reason = Some(error.to_string());
        self.board.state(slot.at, ProjectionState::Failed, reason);
    }

    async fn wait_for_rebuild(&self, slot: &Slot, failed: i64, stop: &CancellationToken) {
        let mut positions = self.positions().watch();
        let rebuilt = positions.wait_for(|all| all[slot.at].generation > failed);
        tokio::select! {
            () = stop.cancelled() => {}
            () = slot.until_seated(false) => {}
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
