//! A projector at work on a feed.
use crate::{
    feed::Feed,
    histories::{Histories, Variety, subject},
};
use errand_eventlog::Seq;
use errand_projections::{
    Db, Error, Projections, Projector, Which, positions::Position, projector::Difference,
};
use errand_proto::{AggregateKind, Event, StoryEvent, Subject, v1};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long any test waits for anything.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A process that runs the projections.
pub struct Running {
    pub projector: Projector,
    feed: Feed,
    stop: CancellationToken,
    task: JoinHandle<Result<(), Error>>,
}

/// A process that only looks at what another one writes.
pub struct Looking {
    pub projector: Projector,
    stop: CancellationToken,
    task: JoinHandle<Result<(), Error>>,
}

impl Running {
    pub fn start(db: &Db, feed: &Feed) -> Self {
        let projector = Projector::new(db.clone(), Arc::new(feed.clone()), Projections::all());
        let stop = CancellationToken::new();
        let (following, stopping) = (projector.clone(), stop.clone());
        Self {
            projector,
            feed: feed.clone(),
            stop,
            task: tokio::spawn(async move { following.run(stopping).await }),
        }
    }

    /// Stops everything where it stands, as a killed process would.
    pub async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
    }

    /// A projector on the same tables and another feed; it does not run.
    pub fn projector_on(&self, feed: &Feed) -> Projector {
        let db = self.projector.db().clone();
        Projector::new(db, Arc::new(feed.clone()), Projections::all())
    }

    pub async fn reach(&self, seq: Seq) {
        let positions = self.projector.positions();
        positions.wait_for(Which::All, seq, PATIENCE).await.unwrap();
    }

    /// Adds an event without waiting for it.
    pub fn quietly(&self, subject: &Subject, event: &Event) {
        self.feed.add(subject, event);
    }

    /// Waits until one projection is as wanted.
    pub async fn until(&self, name: &str, wanted: impl Fn(&Position) -> bool) -> Position {
        until(&self.projector, name, wanted).await
    }

    pub async fn differences(&self) -> Vec<Difference> {
        differences(&self.projector).await
    }

    pub async fn stop(self) {
        self.stop.cancel();
        let ended = tokio::time::timeout(PATIENCE, self.task).await;
        ended.unwrap().unwrap().unwrap();
    }
}

impl Looking {
    pub fn start(db: &Db, feed: &Feed) -> Self {
        let projector = Projector::new(db.clone(), Arc::new(feed.clone()), Projections::all());
        let stop = CancellationToken::new();
        let (observing, stopping) = (projector.clone(), stop.clone());
        Self {
            projector,
            stop,
            task: tokio::spawn(async move { observing.observe(stopping).await }),
        }
    }

    pub async fn reach(&self, seq: Seq) {
        let positions = self.projector.positions();
        positions.wait_for(Which::All, seq, PATIENCE).await.unwrap();
    }

    pub async fn until(&self, name: &str, wanted: impl Fn(&Position) -> bool) -> Position {
        until(&self.projector, name, wanted).await
    }

    pub async fn differences(&self) -> Vec<Difference> {
        differences(&self.projector).await
    }

    /// Waits until it ends by itself.
    pub async fn ended(self) -> Result<(), Error> {
        self.task.await.unwrap()
    }

    pub async fn stop(self) {
        self.stop.cancel();
        let ended = tokio::time::timeout(PATIENCE, self.task).await;
        ended.unwrap().unwrap().unwrap();
    }
}

/// Between the tables and a replay into a database in memory.
async fn differences(projector: &Projector) -> Vec<Difference> {
    let scratch = Db::in_memory().await.unwrap();
    projector.verify(&scratch).await.unwrap()
}

async fn until(projector: &Projector, name: &str, wanted: impl Fn(&Position) -> bool) -> Position {
    let mut positions = projector.positions().watch();
    let found = |all: &Vec<Position>| all.iter().any(|p| p.name == name && wanted(p));
    let there = tokio::time::timeout(PATIENCE, positions.wait_for(found)).await;
    let all = there.unwrap().unwrap();
    all.iter().find(|p| p.name == name).unwrap().clone()
}

/// Adds the histories of `stories` stories.
pub fn fill(feed: &Feed, seed: u64, stories: usize) {
    for (subject, event) in Histories::new(seed, Variety::Everything, stories) {
        feed.add(&subject, &event);
    }
}

/// Adds a story of the project `web` and answers its sequence.
pub fn story(feed: &Feed, id: &str) -> u64 {
    let created = v1::StoryCreated {
        id: id.into(),
        project_id: "web".into(),
        conversation_id: "c1".into(),
        ..v1::StoryCreated::default()
    };
    let subject = subject(AggregateKind::Story, id);
    feed.add(&subject, &Event::Story(StoryEvent::from(created)))
}
