//! A PostgreSQL that is killed and comes back.
use crate::{
    feed::Feed,
    store::Store,
    support::{Looking, Running, fill, story},
};
use errand_projections::{
    Db, Error, Key, PostgresOptions, changes::Update, positions::ProjectionState,
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
    for round in 0..2 {
        let mut listener = looking.projector.changes().subscribe();
        // Killed while it is written.
        fill(&feed, 10 + round, 10);
        server.kill();
        fill(&feed, 20 + round, 10);
        let blind =
            |p: &errand_projections::positions::Position| p.state == ProjectionState::Retrying;
        looking.until("stories", blind).await;
        let unread = looking.projector.db().story("any").await.unwrap_err();
        assert!(matches!(unread, Error::Connect(_)), "{unread}");
        server.start_again();
        let id = format!("s{round}");
        story(&feed, &id);
        for process in [&writer, &spare] {
            process.reach(feed.len()).await;
        }
        looking.reach(feed.len()).await;
        assert!(looking.projector.db().story(&id).await.unwrap().is_some());
        assert_eq!(writer.differences().await, [], "round {round}");
        let told = listener.next().await;
        assert!(
            matches!(&told, Some(Update::Changed(c)) if c.keys.touches(&Key::Story(id))),
            "{told:?}"
        );
    }
    looking.stop().await;
    writer.stop().await;
    spare.stop().await;
}
