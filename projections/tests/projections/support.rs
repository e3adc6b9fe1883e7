//! A projector at work on a feed.
use crate::{
    feed::Feed,
    histories::{Histories, Variety},
};
use errand_eventlog::Seq;
use errand_projections::{Db, Error, Projections, Projector, Which, projector::Difference};
use errand_proto::{Event, Subject};
use sqlx::{Row as _, SqlitePool, sqlite::SqliteConnectOptions};
use std::{path::Path, sync::Arc, time::Duration};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long any test waits for anything.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct Running {
    pub projector: Projector,
    feed: Feed,
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

    /// A projector on the same tables and another feed; it does not run.
    pub fn projector_on(&self, feed: &Feed) -> Projector {
        let db = self.projector.db().clone();
        Projector::new(db, Arc::new(feed.clone()), Projections::all())
    }

    pub async fn reach(&self, seq: Seq) {
        let positions = self.projector.positions();
        positions.wait_for(Which::All, seq, PATIENCE).await.unwrap();
    }

    /// Waits until the archive, which follows at its own pace, has everything up to `seq`.
    pub async fn archive(&self, seq: Seq) {
        let positions = self.projector.positions();
        let archive = Which::One("events");
        positions.wait_for(archive, seq, PATIENCE).await.unwrap();
    }

    /// Adds an event without waiting for it.
    pub fn quietly(&self, subject: &Subject, event: &Event) {
        self.feed.add(subject, event);
    }

    pub async fn differences(&self) -> Vec<Difference> {
        let scratch = Db::in_memory().await.unwrap();
        self.projector.verify(&scratch).await.unwrap()
    }

    pub async fn stop(self) {
        self.stop.cancel();
        let ended = tokio::time::timeout(PATIENCE, self.task).await;
        ended.unwrap().unwrap().unwrap();
    }
}

/// Adds the histories of `stories` stories.
pub fn fill(feed: &Feed, seed: u64, stories: usize) {
    for (subject, event) in Histories::new(seed, Variety::Everything, stories) {
        feed.add(&subject, &event);
    }
}

async fn connect(path: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new().filename(path);
    SqlitePool::connect_with(options).await.unwrap()
}

/// Changes the tables behind the projector's back.
pub async fn sql(path: &Path, statement: &'static str) {
    let pool = connect(path).await;
    let done = sqlx::query(statement).execute(&pool).await.unwrap();
    assert!(done.rows_affected() > 0, "{statement}");
    pool.close().await;
}

pub async fn tables(path: &Path) -> Vec<String> {
    let pool = connect(path).await;
    let rows = sqlx::query("SELECT name FROM sqlite_master WHERE type = 'table'");
    let rows = rows.fetch_all(&pool).await.unwrap();
    pool.close().await;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Everything in the read models except positions and times of change.
pub async fn contents(path: &Path) -> Vec<String> {
    const BOOKKEEPING: [&str; 2] = ["updated_seq", "updated_at"];
    let mut all = Vec::new();
    let pool = connect(path).await;
    for table in tables(path).await {
        if table == "checkpoints" || table.starts_with("_sqlx") {
            continue;
        }
        let sql = sqlx::AssertSqlSafe(format!("SELECT name FROM pragma_table_info('{table}')"));
        let columns = sqlx::query(sql).fetch_all(&pool).await.unwrap();
        let columns = columns.iter().map(|row| row.get::<String, _>(0));
        let kept = columns.filter(|c| !BOOKKEEPING.contains(&c.as_str()));
        let cells: Vec<_> = kept.map(|c| format!("quote({c})")).collect();
        let sql = format!("SELECT {} FROM {table}", cells.join(" || ',' || "));
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .fetch_all(&pool)
            .await
            .unwrap();
        all.extend(
            rows.iter()
                .map(|row| format!("{table}: {}", row.get::<String, _>(0))),
        );
    }
    pool.close().await;
    all
}
