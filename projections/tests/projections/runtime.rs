//! How the projector behaves while it runs: failures, changes, waiting.
use crate::feed::Feed;
use crate::histories::subject;
use crate::support::{self, PATIENCE, Running, fill};
use errand_projections::{
    Db, Key, Which,
    changes::Update,
    positions::{Position, ProjectionState, WaitError},
    stories::StoryFilter,
};
use errand_proto::{AggregateKind, Event, StoryEvent, v1};
use std::time::Duration;

fn story(feed: &Feed, id: &str) -> u64 {
    let created = v1::StoryCreated {
        id: id.into(),
        project_id: "web".into(),
        conversation_id: "c1".into(),
        ..v1::StoryCreated::default()
    };
    let subject = subject(AggregateKind::Story, id);
    feed.add(&subject, &Event::Story(StoryEvent::from(created)))
}

async fn started(feed: &Feed) -> (Db, Running) {
    let db = Db::in_memory().await.unwrap();
    let running = Running::start(&db, feed);
    (db, running)
}

/// Waits until one projection is as wanted.
async fn until(running: &Running, name: &str, wanted: impl Fn(&Position) -> bool) -> Position {
    let mut positions = running.projector.positions().watch();
    let found = |all: &Vec<Position>| all.iter().any(|p| p.name == name && wanted(p));
    let there = tokio::time::timeout(PATIENCE, positions.wait_for(found)).await;
    let all = there.unwrap().unwrap();
    all.iter().find(|p| p.name == name).unwrap().clone()
}

#[tokio::test]
async fn an_unreadable_event_stops_its_projection_with_the_reason_and_skips_nothing() {
    let feed = Feed::new(100);
    let before = story(&feed, "s1");
    let broken = feed.add_broken(&subject(AggregateKind::Story, "s1"));
    story(&feed, "s2");
    let (db, running) = started(&feed).await;
    let failed = until(&running, "stories", |p| p.state == ProjectionState::Failed).await;
    assert_eq!(failed.seq, before);
    let reason = failed.error.unwrap();
    assert!(
        reason.contains(&format!("event {broken} of evt.main.story.s1")),
        "{reason}"
    );
    assert!(reason.contains("update Errand"), "{reason}");
    let stories = db.stories(&StoryFilter::default()).await.unwrap();
    assert_eq!(stories.len(), 1, "only what came before");
    running.stop().await;
}

#[tokio::test]
async fn the_other_projections_go_on_when_one_has_stopped() {
    let feed = Feed::new(100);
    feed.add_broken(&subject(AggregateKind::Story, "s1"));
    fill(&feed, 4, 10);
    let (_db, running) = started(&feed).await;
    let positions = running.projector.positions();
    for name in [
        "agent_sessions",
        "conversations",
        "notifications",
        "batches",
    ] {
        positions
            .wait_for(Which::One(name), feed.len(), PATIENCE)
            .await
            .unwrap();
    }
    let waited = positions.wait_for(Which::All, feed.len(), PATIENCE).await;
    assert!(matches!(
        waited,
        Err(WaitError::Failed {
            projection: "stories",
            ..
        })
    ));
    let status = running.projector.status().await.unwrap();
    assert_eq!((status[0].position.seq, status[0].lag), (0, feed.len()));
    running.stop().await;
}

#[tokio::test]
async fn a_rebuild_that_meets_an_unreadable_event_leaves_the_live_tables_as_they_are() {
    let feed = Feed::new(100);
    story(&feed, "s1");
    let (db, running) = started(&feed).await;
    running.reach(1).await;
    let broken = feed.add_broken(&subject(AggregateKind::Story, "s1"));
    let error = running.projector.rebuild("stories").await.unwrap_err();
    assert!(error.to_string().contains("cannot read event 2"), "{error}");
    assert!(db.story("s1").await.unwrap().is_some());
    until(&running, "stories", |p| p.state == ProjectionState::Failed).await;

    // The event becomes readable: a rebuild brings the projection back to life.
    feed.mend(broken);
    story(&feed, "s2");
    running.projector.rebuild("stories").await.unwrap();
    story(&feed, "s3");
    running.reach(feed.len()).await;
    assert_eq!(db.stories(&StoryFilter::default()).await.unwrap().len(), 3);
    running.stop().await;
}

#[tokio::test]
async fn a_projection_retries_while_the_log_is_unavailable_and_says_so() {
    let feed = Feed::new(100);
    feed.fault(Some("the disk is gone"));
    story(&feed, "s1");
    let (db, running) = started(&feed).await;
    let retrying = until(&running, "stories", |p| {
        p.state == ProjectionState::Retrying
    })
    .await;
    assert!(retrying.error.unwrap().contains("the disk is gone"));
    feed.fault(None);
    running.reach(1).await;
    let following = until(&running, "stories", |p| {
        p.state == ProjectionState::Following
    })
    .await;
    assert_eq!(following.error, None);
    assert!(db.story("s1").await.unwrap().is_some());
    running.stop().await;
}

#[tokio::test]
async fn a_page_that_is_open_is_told_which_records_changed() {
    let feed = Feed::new(100);
    let (_db, running) = started(&feed).await;
    let mut listener = running.projector.changes().subscribe();
    let seq = story(&feed, "s1");
    let update = tokio::time::timeout(PATIENCE, listener.next())
        .await
        .unwrap();
    let Some(Update::Changed(change)) = update else {
        panic!("{update:?}");
    };
    assert_eq!((change.projection, change.seq), ("stories", seq));
    for key in [
        Key::Story("s1".into()),
        Key::Conversation("c1".into()),
        Key::Project("web".into()),
    ] {
        assert!(change.keys.touches(&key), "{key:?}");
    }
    assert!(!change.keys.touches(&Key::Story("s2".into())));
    running.stop().await;
}

#[tokio::test]
async fn what_was_just_written_can_be_read_after_waiting_for_its_sequence() {
    let feed = Feed::new(100);
    let (db, running) = started(&feed).await;
    for n in 0..50 {
        let id = format!("s{n}");
        let seq = story(&feed, &id);
        let positions = running.projector.positions();
        positions
            .wait_for(Which::One("stories"), seq, PATIENCE)
            .await
            .unwrap();
        assert!(db.story(&id).await.unwrap().is_some());
    }
    running.stop().await;
}

#[tokio::test]
async fn a_second_projector_on_the_same_tables_stops_instead_of_spoiling_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("views.sqlite");
    let feed = Feed::new(100);
    let first = Running::start(&Db::open(&path).await.unwrap(), &feed);
    story(&feed, "s0");
    first.reach(1).await;
    support::sql(
        &path,
        "UPDATE checkpoints SET sequence = 0 WHERE projection = 'stories'",
    )
    .await;
    story(&feed, "s1");
    let failed = until(&first, "stories", |p| p.state == ProjectionState::Failed).await;
    assert!(failed.error.unwrap().contains("only one projector"));
    first.stop().await;
}

#[tokio::test]
async fn a_damaged_views_file_is_made_anew_from_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("views.sqlite");
    std::fs::write(&path, "this is no data base, it is a text of some length").unwrap();
    let feed = Feed::new(100);
    fill(&feed, 9, 5);
    let db = Db::open(&path).await.unwrap();
    let running = Running::start(&db, &feed);
    running.reach(feed.len()).await;
    assert_eq!(db.stories(&StoryFilter::default()).await.unwrap().len(), 5);
    running.stop().await;
}

#[tokio::test]
async fn tables_made_by_another_version_of_the_program_are_made_anew_from_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("views.sqlite");
    let feed = Feed::new(100);
    fill(&feed, 9, 5);
    Db::open(&path).await.unwrap().close().await;
    support::sql(
        &path,
        "UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 2",
    )
    .await;
    let db = Db::open(&path).await.unwrap();
    let running = Running::start(&db, &feed);
    running.reach(feed.len()).await;
    assert_eq!(db.stories(&StoryFilter::default()).await.unwrap().len(), 5);
    running.stop().await;
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nowhere").join("views.sqlite");
    let error = Db::open(&path).await.unwrap_err().to_string();
    assert!(
        error.contains("nowhere") && error.contains("missing"),
        "{error}"
    );
}

#[tokio::test]
async fn a_stop_is_quick_also_while_waiting_to_retry() {
    let feed = Feed::new(100);
    feed.fault(Some("the disk is gone"));
    let (_db, running) = started(&feed).await;
    until(&running, "batches", |p| {
        p.state == ProjectionState::Retrying
    })
    .await;
    let stopped = tokio::time::timeout(Duration::from_secs(5), running.stop()).await;
    assert!(stopped.is_ok());
}

#[tokio::test]
async fn an_unknown_projection_cannot_be_rebuilt() {
    let (_db, running) = started(&Feed::new(1)).await;
    let error = running.projector.rebuild("tales").await.unwrap_err();
    assert!(
        error.to_string().contains("errand projections status"),
        "{error}"
    );
    running.stop().await;
}
