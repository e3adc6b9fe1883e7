//! What concerns a file of SQLite only.
use crate::feed::Feed;
use crate::store::Engine;
use crate::support::{Running, fill, story};
use errand_projections::{Db, positions::ProjectionState, stories::StoryFilter};

#[tokio::test]
async fn a_second_projector_on_the_same_tables_stops_instead_of_spoiling_them() {
    let store = Engine::Sqlite.store();
    let feed = Feed::new(100);
    let first = Running::start(&store.open().await, &feed);
    story(&feed, "s0");
    first.reach(1).await;
    store
        .sql("UPDATE checkpoints SET sequence = 0 WHERE projection = 'stories'")
        .await;
    story(&feed, "s1");
    let failed = first
        .until("stories", |p| p.state == ProjectionState::Failed)
        .await;
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
    let store = Engine::Sqlite.store();
    let feed = Feed::new(100);
    fill(&feed, 9, 5);
    store.open().await.close().await;
    store
        .sql("UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 2")
        .await;
    let db = store.open().await;
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
