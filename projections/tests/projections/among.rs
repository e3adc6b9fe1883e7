//! Several processes on one database: one writes each projection, the others look on and take over.
use crate::{
    feed::Feed,
    store::{Engine, Store, server},
    support::{Looking, PATIENCE, Running, fill, story},
};
use errand_projections::{
    Db, Error, Key, PostgresOptions, Which,
    changes::{Listener, Update},
    positions::ProjectionState,
    stories::StoryFilter,
};
use errand_servers::postgres::Server;
use std::{collections::BTreeSet, future::Future};

/// A database of its own, with what ends sessions on it.
struct Shared {
    server: &'static Server,
    store: Store,
    url: String,
}

impl Shared {
    fn new() -> Option<Self> {
        let server = server()?;
        let url = server.database();
        Some(Self {
            server,
            store: Store::Postgres(url.clone()),
            url,
        })
    }

    async fn process(&self, feed: &Feed) -> Running {
        Running::start(&self.store.open().await, feed)
    }

    async fn looking(&self, feed: &Feed) -> Looking {
        let options = PostgresOptions::new(self.url.as_str()).read_only();
        Looking::start(&Db::connect(&options).await.unwrap(), feed)
    }

    fn sql(&self, statement: &str) -> String {
        let name = self.url.rsplit('/').next().unwrap();
        self.server.sql(name, statement)
    }

    /// The sessions that hold a lock for as long as they last.
    fn holders(&self) -> usize {
        let count = "SELECT count(DISTINCT pid) FROM pg_locks WHERE locktype = 'advisory' AND database = \
                     (SELECT oid FROM pg_database WHERE datname = current_database())";
        self.sql(count).parse().unwrap()
    }

    fn end_sessions(&self, having: &str) {
        let ended = self.sql(&format!(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid() AND {having}"
        ));
        assert_ne!(ended, "0", "{having}");
    }
}

async fn in_time<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.unwrap()
}

/// Waits for a change that touches a record.
async fn touched(listener: &mut Listener, key: Key) {
    in_time(async {
        while let Some(update) = listener.next().await {
            match update {
                Update::Changed(change) if !change.keys.touches(&key) => {}
                Update::Changed(_) | Update::Reload => return,
            }
        }
    })
    .await;
}

#[tokio::test]
async fn when_a_writer_dies_or_stops_another_takes_over_and_nothing_is_lost_or_doubled() {
    let Some(shared) = Shared::new() else { return };
    let feed = Feed::new(20);
    let mut first = shared.process(&feed).await;
    for round in 0..4 {
        let second = shared.process(&feed).await;
        fill(&feed, round, 6);
        if round % 2 == 0 {
            first.kill().await;
        } else {
            first.reach(feed.len()).await;
            first.stop().await;
        }
        fill(&feed, 100 + round, 3);
        second.reach(feed.len()).await;
        assert_eq!(second.differences().await, [], "round {round}");
        assert_eq!(shared.holders(), 1);
        first = second;
    }
    first.stop().await;
}

#[tokio::test]
async fn a_writer_that_lost_its_lock_without_knowing_spoils_nothing() {
    let Some(shared) = Shared::new() else { return };
    let feed = Feed::new(5);
    let first = shared.process(&feed).await;
    story(&feed, "s0");
    first.reach(1).await;
    let second = shared.process(&feed).await;
    second.reach(1).await;
    for round in 0..3 {
        // Whoever holds the locks loses them, and both are given work at once.
        shared.end_sessions("query LIKE '%pg_try_advisory_lock%' AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')");
        fill(&feed, round, 10);
        first.reach(feed.len()).await;
        second.reach(feed.len()).await;
        assert_eq!(second.differences().await, [], "round {round}");
    }
    first.stop().await;
    second.stop().await;
}

#[tokio::test]
async fn a_process_that_only_looks_reads_what_was_just_written_and_is_told_which_records_changed() {
    let Some(shared) = Shared::new() else { return };
    let feed = Feed::new(100);
    let writer = shared.process(&feed).await;
    let looking = shared.looking(&feed).await;
    looking
        .until("stories", |p| p.state == ProjectionState::Following)
        .await;
    let mut listener = looking.projector.changes().subscribe();
    for n in 0..20 {
        let id = format!("s{n}");
        let seq = story(&feed, &id);
        looking.reach(seq).await;
        let seen = looking.projector.db().story(&id).await.unwrap();
        assert!(seen.is_some(), "{id}");
        touched(&mut listener, Key::Story(id)).await;
    }
    let positions = looking.projector.positions();
    assert_eq!(
        positions.settled(),
        feed.len(),
        "also without events of their own"
    );
    looking.stop().await;
    writer.stop().await;
}

#[tokio::test]
async fn a_process_that_begins_to_look_knows_within_a_moment_how_far_all_projections_are() {
    let Some(shared) = Shared::new() else { return };
    let feed = Feed::new(100);
    let writer = shared.process(&feed).await;
    // None of these events is stored as progress by a projection that it does not concern.
    fill(&feed, 1, 5);
    story(&feed, "last");
    writer.reach(feed.len()).await;
    let looking = shared.looking(&feed).await;
    looking.reach(feed.len()).await;
    assert!(
        looking
            .projector
            .db()
            .story("last")
            .await
            .unwrap()
            .is_some()
    );
    looking.stop().await;
    writer.stop().await;
}

#[tokio::test]
async fn news_lost_with_the_connection_are_made_up_for() {
    let Some(shared) = Shared::new() else { return };
    let feed = Feed::new(100);
    let writer = shared.process(&feed).await;
    let looking = shared.looking(&feed).await;
    looking.reach(story(&feed, "s0")).await;
    let mut listener = looking.projector.changes().subscribe();
    shared.end_sessions("query LIKE 'LISTEN%'");
    let seq = story(&feed, "s1");
    touched(&mut listener, Key::Story("s1".into())).await;
    looking.reach(seq).await;
    looking.stop().await;
    writer.stop().await;
}

#[tokio::test]
async fn a_projection_that_failed_elsewhere_is_seen_as_failed_with_the_reason() {
    let Some(shared) = Shared::new() else { return };
    let feed = Feed::new(100);
    feed.add_broken(&crate::histories::subject(
        errand_proto::AggregateKind::Story,
        "s1",
    ));
    let writer = shared.process(&feed).await;
    let looking = shared.looking(&feed).await;
    let failed = looking
        .until("stories", |p| p.state == ProjectionState::Failed)
        .await;
    assert!(failed.error.unwrap().contains("cannot read event 1"));
    looking.stop().await;
    writer.stop().await;
}

#[tokio::test]
async fn without_any_projector_the_positions_say_that_one_must_be_started() {
    let Some(shared) = Shared::new() else { return };
    let feed = Feed::new(100);
    shared.store.open().await.close().await;
    let looking = shared.looking(&feed).await;
    let alone = looking
        .until("stories", |p| p.state == ProjectionState::Retrying)
        .await;
    assert!(alone.error.unwrap().contains("errand serve projector"));
    looking.stop().await;
}

#[tokio::test]
async fn a_rebuild_asked_of_a_process_that_does_not_write_switches_under_the_writer() {
    let Some(shared) = Shared::new() else { return };
    let feed = Feed::new(10);
    fill(&feed, 1, 30);
    let writer = shared.process(&feed).await;
    writer.reach(feed.len()).await;
    let other = shared.process(&feed).await;
    let looking = shared.looking(&feed).await;
    looking.reach(feed.len()).await;
    let reading = async {
        for _ in 0..200 {
            let db = looking.projector.db();
            assert!(
                !db.stories(&StoryFilter::default())
                    .await
                    .unwrap()
                    .is_empty()
            );
        }
    };
    let writing = async {
        for round in 0..10 {
            fill(&feed, 50 + round, 2);
            writer.reach(feed.len()).await;
        }
    };
    let rebuilding = async {
        for name in ["stories", "agent_sessions", "conversations"] {
            let rebuilt = other.projector.rebuild(name).await.unwrap();
            assert_eq!(rebuilt.generation, 2);
        }
    };
    tokio::join!(reading, writing, rebuilding);
    story(&feed, "after");
    for process in [&writer.projector, &other.projector, &looking.projector] {
        let positions = process.positions();
        positions
            .wait_for(Which::All, feed.len(), PATIENCE)
            .await
            .unwrap();
    }
    looking.until("stories", |p| p.generation == 2).await;
    assert!(
        looking
            .projector
            .db()
            .story("after")
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(other.differences().await, []);
    for running in [writer, other] {
        running.stop().await;
    }
    looking.stop().await;
}

#[tokio::test]
async fn a_rebuild_elsewhere_brings_a_failed_projection_back_to_life() {
    let Some(shared) = Shared::new() else { return };
    let feed = Feed::new(100);
    story(&feed, "s1");
    let subject = crate::histories::subject(errand_proto::AggregateKind::Story, "s1");
    let broken = feed.add_broken(&subject);
    let writer = shared.process(&feed).await;
    writer
        .until("stories", |p| p.state == ProjectionState::Failed)
        .await;
    feed.mend(broken);
    let other = shared.process(&feed).await;
    other.projector.rebuild("stories").await.unwrap();
    story(&feed, "s2");
    writer.until("stories", |p| p.generation == 2).await;
    writer.reach(feed.len()).await;
    assert_eq!(writer.differences().await, []);
    writer.stop().await;
    other.stop().await;
}

#[tokio::test]
async fn a_rebuild_is_done_once_at_a_time_and_one_that_was_killed_leaves_nothing() {
    let Some(shared) = Shared::new() else { return };
    let feed = Feed::new(1);
    fill(&feed, 1, 40);
    let writer = shared.process(&feed).await;
    writer.reach(feed.len()).await;
    let other = shared.process(&feed).await;
    let rebuilding = other.projector.clone();
    let rebuilding = tokio::spawn(async move { rebuilding.rebuild("stories").await });
    let copies = async || -> Vec<String> {
        let tables = shared.store.tables().await;
        tables.into_iter().filter(|t| t.contains("__g")).collect()
    };
    in_time(async {
        while copies().await.is_empty() {
            assert!(!rebuilding.is_finished(), "it was too quick to be cut off");
        }
    })
    .await;
    let second = writer.projector.rebuild("stories").await;
    assert!(
        matches!(second, Err(Error::AlreadyRebuilding("stories"))),
        "{second:?}"
    );
    rebuilding.abort();
    assert!(rebuilding.await.unwrap_err().is_cancelled());
    let left: BTreeSet<_> = copies().await.into_iter().collect();
    assert!(!left.is_empty());
    // The lock goes with the session, which ends when the server notices.
    in_time(async { while writer.projector.rebuild("stories").await.is_err() {} }).await;
    assert_eq!(copies().await, Vec::<String>::new());
    assert_eq!(writer.differences().await, []);
    writer.stop().await;
    other.stop().await;
}

#[tokio::test]
async fn a_file_cannot_be_looked_into_by_another_process() {
    let looking = Looking::start(&Engine::Sqlite.db().await, &Feed::new(1));
    let error = in_time(looking.ended()).await.unwrap_err();
    assert!(matches!(error, Error::NotShared), "{error}");
}
