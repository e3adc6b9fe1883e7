//! Ways in which a database on a server cannot be used, each with a line that says what to do.
use crate::{
    feed::Feed,
    store::server,
    support::{Running, fill},
};
use errand_projections::{Db, PostgresOptions};
use errand_servers::free_ports;

const PASSWORD: &str = "hunter2-is-secret";

/// Why it cannot be connected to; never with the password.
async fn problem(options: PostgresOptions) -> String {
    let problem = Db::connect(&options).await.unwrap_err().to_string();
    assert!(!problem.contains(PASSWORD), "{problem}");
    assert_eq!(problem.lines().count(), 1, "{problem}");
    assert!(!format!("{options:?}").contains(PASSWORD));
    problem
}

async fn problem_at(url: &str) -> String {
    problem(PostgresOptions::new(url)).await
}

fn assert_says(problem: &str, words: &[&str]) {
    for word in words {
        assert!(problem.contains(word), "{word:?} is missing in: {problem}");
    }
}

#[tokio::test]
async fn a_url_that_is_none_is_shown_how_it_must_look() {
    let shape = "postgres://USER:PASSWORD@HOST:PORT/DATABASE";
    assert_says(
        &problem_at("mysql://me:hunter2-is-secret@here/db").await,
        &[shape],
    );
    assert_says(
        &problem_at("postgres://me:hunter2-is-secret@here:port/db").await,
        &[shape, "port"],
    );
    let unknown = "postgres://me:hunter2-is-secret@here/db?sslmode=maybe";
    assert_says(&problem_at(unknown).await, &[shape, "maybe"]);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_with_its_port() {
    let port = free_ports(1)[0];
    let url = format!("postgres://me:{PASSWORD}@127.0.0.1:{port}/db");
    let place = format!("127.0.0.1:{port}");
    assert_says(
        &problem_at(&url).await,
        &[&place, "cannot be reached", "start it"],
    );
}

#[tokio::test]
async fn a_wrong_password_an_unknown_user_and_a_missing_database_are_told_apart() {
    let Some(server) = server() else { return };
    server.user("cautious", "right");
    let wrong = server.url_of(&format!("cautious:{PASSWORD}"), "postgres");
    assert_says(&problem_at(&wrong).await, &["password of cautious"]);
    let unknown = server.url_of(&format!("nobody:{PASSWORD}"), "postgres");
    assert_says(&problem_at(&unknown).await, &["does not let nobody in"]);
    assert_says(
        &problem_at(&server.url("nowhere")).await,
        &["createdb nowhere"],
    );
}

#[tokio::test]
async fn a_user_that_may_not_make_tables_is_told_so() {
    let Some(server) = server() else { return };
    server.user("powerless", PASSWORD);
    let name = server.database().rsplit('/').next().unwrap().to_owned();
    let url = server.url_of(&format!("powerless:{PASSWORD}"), &name);
    assert_says(
        &problem_at(&url).await,
        &["powerless lacks a right", "schema public"],
    );
}

#[tokio::test]
async fn tables_of_a_newer_errand_are_refused_and_left_alone() {
    let Some(server) = server() else { return };
    let url = server.database();
    let name = url.rsplit('/').next().unwrap();
    Db::connect(&PostgresOptions::new(url.as_str()))
        .await
        .unwrap()
        .close()
        .await;
    server.sql(
        name,
        "INSERT INTO _sqlx_migrations VALUES (9999, 'later', now(), true, '', 0)",
    );
    let newer = ["newer Errand", "9999", "update Errand"];
    assert_says(&problem_at(&url).await, &newer);
    assert_says(
        &problem(PostgresOptions::new(url.as_str()).read_only()).await,
        &newer,
    );
    assert_eq!(server.sql(name, "SELECT count(*) FROM stories"), "0");
}

#[tokio::test]
async fn a_process_that_only_reads_asks_for_a_projector_when_there_are_no_tables() {
    let Some(server) = server() else { return };
    let options = PostgresOptions::new(server.database()).read_only();
    assert_says(&problem(options).await, &["start a projector"]);
}

#[tokio::test]
async fn processes_that_start_at_once_make_the_tables_once() {
    let Some(server) = server() else { return };
    let options = PostgresOptions::new(server.database());
    let starting = (0..4).map(|_| Db::connect(&options));
    let databases = futures::future::try_join_all(starting).await.unwrap();
    let feed = Feed::new(100);
    fill(&feed, 1, 3);
    let running = Running::start(&databases[0], &feed);
    running.reach(feed.len()).await;
    running.stop().await;
}
