//! A PostgreSQL that is killed and comes back.
use crate::{
    feed::Feed,
    store::Store,
    support::{Looking, Running, fill, story, touched},
};
use errand_projections::{
    Db, Error, Key, PostgresOptions,
    positions::{Position, ProjectionState},
};
use errand_servers::postgres::{self, Server};

#[tokio::test]
async fn writers_and_onlookers_come_back_by_themselves_with_nothing_lost_or_doubled() {
    let Some(server) = Server::start() else {
        return postgres::skipped();
    };
    let url = server.database();
    let store = Store::Postgres(url.clone());
    let feed = Feed::new(20);
    let writer = Running::start(&store.open().await, &feed);
    let spare = Running::start(&store.open().await, &feed);
    let options = PostgresOptions::new(url.as_str()).read_only();
    let looking = Looking::start(&Db::connect(&options).await.unwrap(), &feed);
    fill(&feed, 1, 10);
    looking.reach(feed.len()).await;
    let mut listener = looking.projector.changes().subscribe();
    // Killed while it is written.
    fill(&feed, 2, 10);
    server.kill();
    fill(&feed, 3, 10);
    let blind = |p: &Position| p.state == ProjectionState::Retrying;
    looking.until("stories", blind).await;
    let unread = looking.projector.db().story("any").await.unwrap_err();
    assert!(matches!(unread, Error::Connect(_)), "{unread}");
    server.start_again();
    let id = "after".to_owned();
    story(&feed, &id);
    for process in [&writer, &spare] {
        process.reach(feed.len()).await;
    }
    looking.reach(feed.len()).await;
    assert!(looking.projector.db().story(&id).await.unwrap().is_some());
    assert_eq!(writer.differences().await, []);
    touched(&mut listener, Key::Story(id)).await;
    looking.stop().await;
    writer.stop().await;
    spare.stop().await;
}
