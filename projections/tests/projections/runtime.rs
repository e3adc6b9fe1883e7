//! How the projector behaves while it runs: failures, changes, waiting.
use crate::feed::Feed;
use crate::histories::subject;
use crate::store::Engine;
use crate::support::{PATIENCE, Running, fill, story};
use errand_projections::{
    Db, Key, Which,
    changes::Update,
    positions::{ProjectionState, WaitError},
    stories::StoryFilter,
};
use errand_proto::AggregateKind;
use std::time::Duration;

async fn started(engine: Engine, feed: &Feed) -> (Db, Running) {
    let db = engine.db().await;
    let running = Running::start(&db, feed);
    (db, running)
}

async fn an_unreadable_event_stops_its_projection_with_the_reason_and_skips_nothing(
    engine: Engine,
) {
    let feed = Feed::new(100);
    let before = story(&feed, "s1");
    let broken = feed.add_broken(&subject(AggregateKind::Story, "s1"));
    story(&feed, "s2");
    let (db, running) = started(engine, &feed).await;
    let failed = running
        .until("stories", |p| p.state == ProjectionState::Failed)
        .await;
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

async fn the_other_projections_go_on_when_one_has_stopped(engine: Engine) {
    let feed = Feed::new(100);
    feed.add_broken(&subject(AggregateKind::Story, "s1"));
    fill(&feed, 4, 10);
    let (_db, running) = started(engine, &feed).await;
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

async fn a_rebuild_that_meets_an_unreadable_event_leaves_the_live_tables_as_they_are(
    engine: Engine,
) {
    let feed = Feed::new(100);
    story(&feed, "s1");
    let (db, running) = started(engine, &feed).await;
    running.reach(1).await;
    let broken = feed.add_broken(&subject(AggregateKind::Story, "s1"));
    let error = running.projector.rebuild("stories").await.unwrap_err();
    assert!(error.to_string().contains("cannot read event 2"), "{error}");
    assert!(db.story("s1").await.unwrap().is_some());
    running
        .until("stories", |p| p.state == ProjectionState::Failed)
        .await;

    // The event becomes readable: a rebuild brings the projection back to life.
    feed.mend(broken);
    story(&feed, "s2");
    running.projector.rebuild("stories").await.unwrap();
    story(&feed, "s3");
    running.reach(feed.len()).await;
    assert_eq!(db.stories(&StoryFilter::default()).await.unwrap().len(), 3);
    running.stop().await;
}

async fn a_projection_retries_while_the_log_is_unavailable_and_says_so(engine: Engine) {
    let feed = Feed::new(100);
    feed.fault(Some("the disk is gone"));
    story(&feed, "s1");
    let (db, running) = started(engine, &feed).await;
    let retrying = running
        .until("stories", |p| p.state == ProjectionState::Retrying)
        .await;
    assert!(retrying.error.unwrap().contains("the disk is gone"));
    feed.fault(None);
    running.reach(1).await;
    let following = running
        .until("stories", |p| p.state == ProjectionState::Following)
        .await;
    assert_eq!(following.error, None);
    assert!(db.story("s1").await.unwrap().is_some());
    running.stop().await;
}

async fn a_page_that_is_open_is_told_which_records_changed(engine: Engine) {
    let feed = Feed::new(100);
    let (_db, running) = started(engine, &feed).await;
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

async fn what_was_just_written_can_be_read_after_waiting_for_its_sequence(engine: Engine) {
    let feed = Feed::new(100);
    let (db, running) = started(engine, &feed).await;
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

async fn a_stop_is_quick_also_while_waiting_to_retry(engine: Engine) {
    let feed = Feed::new(100);
    feed.fault(Some("the disk is gone"));
    let (_db, running) = started(engine, &feed).await;
    running
        .until("batches", |p| p.state == ProjectionState::Retrying)
        .await;
    let stopped = tokio::time::timeout(Duration::from_secs(5), running.stop()).await;
    assert!(stopped.is_ok());
}

async fn an_unknown_projection_cannot_be_rebuilt(engine: Engine) {
    let (_db, running) = started(engine, &Feed::new(1)).await;
    let error = running.projector.rebuild("tales").await.unwrap_err();
    assert!(
        error.to_string().contains("errand projections status"),
        "{error}"
    );
    running.stop().await;
}

on_both_engines!(
    an_unreadable_event_stops_its_projection_with_the_reason_and_skips_nothing,
    the_other_projections_go_on_when_one_has_stopped,
    a_rebuild_that_meets_an_unreadable_event_leaves_the_live_tables_as_they_are,
    a_projection_retries_while_the_log_is_unavailable_and_says_so,
    a_page_that_is_open_is_told_which_records_changed,
    what_was_just_written_can_be_read_after_waiting_for_its_sequence,
    a_stop_is_quick_also_while_waiting_to_retry,
    an_unknown_projection_cannot_be_rebuilt,
);
