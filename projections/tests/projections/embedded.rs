//! On the real embedded log, as `errand up` runs them.
use crate::{
    histories::{Histories, Recorder, Variety},
    store::{Engine, Store},
    support::PATIENCE,
};
use errand_eventlog::embedded::{EmbeddedLog, EmbeddedOptions};
use errand_projections::{Db, Error, Projections, Projector, Which};
use std::{path::Path, sync::Arc};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Log, tables and projector in one data directory.
struct Node {
    log: Arc<EmbeddedLog>,
    db: Db,
    projector: Projector,
    stop: CancellationToken,
    task: JoinHandle<Result<(), Error>>,
}

impl Node {
    async fn up(folder: &Path, store: &Store) -> Self {
        let log = EmbeddedLog::open(folder, EmbeddedOptions::default()).unwrap();
        let db = store.open().await;
        let projector = Projector::new(db.clone(), log.clone(), Projections::all());
        let stop = CancellationToken::new();
        let (running, stopping) = (projector.clone(), stop.clone());
        let task = tokio::spawn(async move { running.run(stopping).await });
        Self {
            log,
            db,
            projector,
            stop,
            task,
        }
    }

    async fn reach(&self, seq: u64) {
        let positions = self.projector.positions();
        positions.wait_for(Which::All, seq, PATIENCE).await.unwrap();
    }

    async fn down(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
        self.db.close().await;
        self.log.close().await;
    }

    /// Stops everything where it stands, as a killed process would.
    async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
        self.log.close().await;
    }
}

async fn the_tables_equal_a_replay_after_stops_and_kills_at_any_moment(engine: Engine) {
    let store = engine.store();
    let folder = tempfile::tempdir().unwrap();
    let mut recorder = Recorder::default();
    for round in 0..6 {
        let node = Node::up(folder.path(), &store).await;
        let steps = Histories::new(round, Variety::Everything, 12);
        let last = recorder.append(node.log.as_ref(), steps).await;
        // Some rounds end before everything was taken in.
        if round % 3 == 0 {
            node.kill().await;
            continue;
        }
        node.reach(last).await;
        let scratch = Db::in_memory().await.unwrap();
        assert_eq!(node.projector.verify(&scratch).await.unwrap(), []);
        node.down().await;
    }
}

async fn every_projection_shows_no_lag_at_the_head_also_without_events_of_its_own(engine: Engine) {
    let store = engine.store();
    let folder = tempfile::tempdir().unwrap();
    let node = Node::up(folder.path(), &store).await;
    let steps = Histories::new(1, Variety::Plain, 3);
    let last = Recorder::default().append(node.log.as_ref(), steps).await;
    node.reach(last).await;
    for status in node.projector.status().await.unwrap() {
        assert_eq!((status.position.seq, status.lag), (last, 0), "{status:?}");
    }
    node.down().await;
}

on_both_engines!(
    the_tables_equal_a_replay_after_stops_and_kills_at_any_moment,
    every_projection_shows_no_lag_at_the_head_also_without_events_of_its_own,
);
