//! Dead letters are shown, delivered again and forgotten.
use crate::support::{PATIENCE, World};
use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use errand_eventlog::{EventLog as _, Filter, Group};
use futures::StreamExt as _;
use std::time::Duration;

fn group() -> Group {
    Group {
        name: "test-link-issue",
        filter: Filter::types(&["errand.v1.StoryCreated"]),
        ack_wait: Duration::from_secs(30),
        max_in_flight: 1,
        max_deliver: 5,
    }
}

/// Sets the first story aside.
async fn with_letter(world: &World) -> u64 {
    let mut work = world.log.work(group()).await.unwrap();
    let delivery = tokio::time::timeout(PATIENCE, work.next()).await.unwrap();
    let delivery = delivery.unwrap().unwrap();
    delivery
        .dead("Linear refused the title: it is too long")
        .await
        .unwrap();
    let letters = world.get("/api/v1/dead-letters").await.json();
    letters["deadLetters"][0]["id"].as_u64().unwrap()
}

#[tokio::test]
async fn a_dead_letter_is_shown_whole_with_its_reason() {
    let (world, _) = World::with_sample().await;
    let id = with_letter(&world).await;
    let page = world.get("/health").await;
    page.shows(&[
        "Something needs a look.",
        "Linear refused the title: it is too long",
        "for test-link-issue",
        "Deliver again",
    ]);
    let letter = world
        .get(&format!("/api/v1/dead-letters/{id}"))
        .await
        .json();
    assert_eq!(letter["event"]["type"], "errand.v1.StoryCreated");
    assert_eq!(letter["event"]["data"]["priorityLevel"], "P1");
    assert_eq!(
        world.get("/api/v1/health").await.json()["status"],
        "degraded"
    );
}

#[tokio::test]
async fn a_dead_letter_is_delivered_again() {
    let (world, _) = World::with_sample().await;
    let id = with_letter(&world).await;
    let answer = world
        .form(&format!("/health/dead-letters/{id}/redrive"), "")
        .await;
    assert_eq!(answer.header("location"), "/health");
    let mut work = world.log.work(group()).await.unwrap();
    let again = tokio::time::timeout(PATIENCE, work.next()).await.unwrap();
    assert_eq!(
        again.unwrap().unwrap().event().envelope.event_type,
        "errand.v1.StoryCreated"
    );
    let gone = world
        .form(&format!("/health/dead-letters/{id}/redrive"), "")
        .await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_dead_letter_is_forgotten_once() {
    let (world, _) = World::with_sample().await;
    let id = with_letter(&world).await;
    for expected in [StatusCode::NO_CONTENT, StatusCode::NOT_FOUND] {
        let path = format!("/api/v1/dead-letters/{id}");
        let asked = crate::support::request(Method::DELETE, &path, &[], Body::empty());
        assert_eq!(world.send(asked).await.status, expected);
    }
    world.get("/health").await.shows(&["Everything keeps up."]);
}
