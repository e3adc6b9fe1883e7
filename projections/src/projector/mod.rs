//! Fills the tables from the log: follows it, rebuilds, verifies.
mod batch;
mod board;
mod follow;
mod notice;
mod observe;
mod pages;
mod rebuild;
mod scratch;
mod seats;
mod slot;
mod start;
mod status;
mod verify;

pub use rebuild::Rebuilt;
pub use status::ProjectionStatus;
pub use verify::{Difference, DifferenceKind, MAX_DIFFERENCES};

use crate::{Db, Error, Positions, Result, changes::Changes, db::Postgres, projection::Projection};
use board::Board;
use errand_eventlog::EventLog;
use slot::Slot;
use std::sync::Arc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The read models that a projector keeps.
pub struct Projections(Vec<Box<dyn Projection>>);

impl Projections {
    /// Every read model there is.
    pub fn all() -> Self {
        Self(vec![
            Box::new(crate::stories::Stories),
            Box::new(crate::sessions::Sessions),
            Box::new(crate::conversations::Conversations),
            Box::new(crate::notifications::Notifications),
            Box::new(crate::batches::Batches),
        ])
    }
}

/// Keeps the read models up to date. Cheap to clone; the clones share one state.
#[derive(Clone)]
pub struct Projector {
    db: Db,
    log: Arc<dyn EventLog>,
    slots: Arc<[Arc<Slot>]>,
    board: Board,
    /// Cancelled when `run` ends.
    ended: CancellationToken,
}

impl Projector {
    pub fn new(db: Db, log: Arc<dyn EventLog>, projections: Projections) -> Self {
        let seated = db.shared().is_none();
        let slot = |(at, projection)| Arc::new(Slot::new(at, projection, seated));
        let slots: Arc<[_]> = projections.0.into_iter().enumerate().map(slot).collect();
        let board = Board::new(slots.iter().map(|s| s.name()));
        Self {
            db,
            log,
            slots,
            board,
            ended: CancellationToken::new(),
        }
    }

    /// Follows the log until `stop`: one task per projection, each at its own pace. A projection that meets something
    /// unreadable stops and says so in its status; the others go on. On a database that several processes share, each
    /// projection is written by one of them; the others observe it and take over when that one is gone.
    ///
    /// # Errors
    /// A task broke down, which is a defect.
    pub async fn run(&self, stop: CancellationToken) -> Result<()> {
        let _ended = self.ended.clone().drop_guard();
        match self.db.shared() {
            None => self.follow_all(stop).await,
            Some(postgres) => self.run_among_others(postgres, stop).await,
        }
    }

    async fn run_among_others(&self, postgres: &Postgres, stop: CancellationToken) -> Result<()> {
        let locks = self.look_for_seats(postgres, None).await;
        // Seats are given back only when nobody writes any more.
        let written = CancellationToken::new();
        let writing = async {
            let _written = written.clone().drop_guard();
            self.follow_all(stop.clone()).await
        };
        let (followed, observed, (), ()) = tokio::join!(
            writing,
            self.observe(stop.clone()),
            self.tell(postgres, &stop),
            self.keep_seats(postgres, locks, &written),
        );
        followed.and(observed)
    }

    async fn follow_all(&self, stop: CancellationToken) -> Result<()> {
        let mut tasks = JoinSet::new();
        let shared = self.share().await;
        for (slot, pages) in self.slots.iter().zip(shared) {
            let (projector, slot) = (self.clone(), Arc::clone(slot));
            let stop = stop.clone();
            tasks.spawn(async move { projector.follow(slot, pages, stop).await });
        }
        while let Some(ended) = tasks.join_next().await {
            ended.map_err(|e| Error::Task(e.to_string()))?;
        }
        Ok(())
    }

    /// How far everything is; read-your-writes.
    pub fn positions(&self) -> Positions {
        self.board.positions()
    }

    /// What changes from now on.
    pub fn changes(&self) -> &Changes {
        &self.board.changes
    }

    pub fn db(&self) -> &Db {
        &self.db
    }

    fn slot(&self, name: &str) -> Result<&Arc<Slot>> {
        let found = self.slots.iter().find(|s| s.name() == name);
        found.ok_or_else(|| Error::UnknownProjection(name.to_owned()))
    }
}
