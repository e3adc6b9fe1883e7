//! The database's users: one writes, one only looks.
use crate::{
    feed::Feed,
    store::server,
    support::{Looking, Running, fill, story},
};
use errand_projections::{Db, PostgresOptions, ROLES_SQL, stories::StoryFilter};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

#[tokio::test]
async fn the_dashboards_user_sees_everything_and_can_change_nothing() {
    let Some(server) = server() else { return };
    let database = server.database();
    let name = database.rsplit('/').next().unwrap();
    for _ in 0..2 {
        server.sql(name, ROLES_SQL);
    }
    let projector = PostgresOptions::new(server.url_of("errand_projector", name));
    let url = server.url_of("errand_dashboard", name);
    let dashboard = PostgresOptions::new(url.as_str()).read_only();

    let feed = Feed::new(100);
    fill(&feed, 1, 10);
    let writer = Running::start(&Db::connect(&projector).await.unwrap(), &feed);
    let looking = Looking::start(&Db::connect(&dashboard).await.unwrap(), &feed);
    looking.reach(feed.len()).await;
    // New tables are the projector's too, and the dashboard must see them.
    writer.projector.rebuild("stories").await.unwrap();
    looking.until("stories", |p| p.generation == 2).await;
    looking.reach(story(&feed, "s1")).await;
    let all = StoryFilter::default();
    let seen = looking.projector.db().stories(&all).await.unwrap();
    assert_eq!(seen.len(), 11);
    assert_eq!(looking.differences().await, []);

    for forbidden in [
        "UPDATE stories SET title = 'forged'",
        "DELETE FROM checkpoints",
        "INSERT INTO checkpoints VALUES ('x', 'x', 1, 1, 1)",
        "TRUNCATE messages",
        "DROP TABLE stories",
        "CREATE TABLE mine (n INT)",
    ] {
        let mut connection = PgConnection::connect(&url).await.unwrap();
        let refused = sqlx::raw_sql(AssertSqlSafe(forbidden)).execute(&mut connection);
        let error = refused.await.expect_err(forbidden);
        let code = error.as_database_error().and_then(|e| e.code());
        assert_eq!(code.as_deref(), Some("42501"), "{forbidden}: {error}");
    }
    let rebuilt = looking.projector.rebuild("stories").await.unwrap_err();
    assert!(rebuilt.to_string().contains("read-only"), "{rebuilt}");
    looking.stop().await;
    writer.stop().await;
}
