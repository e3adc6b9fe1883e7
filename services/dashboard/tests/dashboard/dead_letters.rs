//! Dead letters are shown, delivered again and forgotten.
use crate::support::{PATIENCE, World, request};
use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use errand_eventlog::{EventLog as _, Filter, Group};
use futures::StreamExt as _;
use serde_json::json;
use std::time::Duration;

const REASON: &str = "Linear refused the title: it is too long";

fn group() -> Group {
    Group {
        name: "test-link-issue",
        filter: Filter::types(&["errand.v1.StoryCreated"]),
        ack_wait: Duration::from_secs(30),
        max_in_flight: 10,
        max_deliver: 5,
    }
}

/// The sequences of the next events that the group gets.
async fn delivered(world: &World, count: usize) -> Vec<u64> {
    let mut work = world.log.work(group()).await.unwrap();
    let mut found = Vec::new();
    while found.len() < count {
        let next = tokio::time::timeout(PATIENCE, work.next()).await.unwrap();
        let delivery = next.unwrap().unwrap();
        found.push(delivery.event().seq);
        delivery.ack().await.unwrap();
    }
    found.sort_unstable();
    found
}

/// Sets the first stories aside; answers the ids of the letters, newest first.
async fn with_letters(world: &World, count: usize) -> Vec<u64> {
    let mut work = world.log.work(group()).await.unwrap();
    for _ in 0..count {
        let next = tokio::time::timeout(PATIENCE, work.next()).await.unwrap();
        next.unwrap().unwrap().dead(REASON).await.unwrap();
    }
    let answer = world.get("/api/v1/dead-letters").await.json();
    let letters = answer["deadLetters"].as_array().unwrap();
    let ids: Vec<_> = letters.iter().map(|l| l["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), count);
    ids
}

#[tokio::test]
async fn a_dead_letter_is_shown_whole_with_its_reason() {
    let (world, _) = World::with_sample().await;
    let id = with_letters(&world, 1).await[0];
    world.get("/health").await.shows(&[
        "Something needs a look.",
        "One dead letter waits for a decision",
        "/dead-letters?group=test-link-issue",
    ]);
    let list = world.get("/dead-letters").await;
    list.shows(&[REASON, "for test-link-issue", "1 attempt,", "Deliver again"]);
    let page = world.get(&format!("/dead-letters/{id}")).await;
    page.shows(&[
        REASON,
        "StoryCreated for test-link-issue",
        "&#34;priorityLevel&#34;: &#34;P1&#34;",
        "href=\"/stories/",
        "Discard the letter",
    ]);
    let letter = world
        .get(&format!("/api/v1/dead-letters/{id}"))
        .await
        .json();
    assert_eq!(letter["event"]["type"], "errand.v1.StoryCreated");
    assert_eq!(letter["event"]["data"]["priorityLevel"], "P1");
    let health = world.get("/api/v1/health").await.json();
    assert_eq!(health["status"], "degraded");
    assert_eq!(health["groups"][0]["deadLetters"], 1);
}

#[tokio::test]
async fn a_dead_letter_is_delivered_again() {
    let (world, _) = World::with_sample().await;
    let id = with_letters(&world, 1).await[0];
    let first = world.get(&format!("/api/v1/dead-letters/{id}")).await;
    let seq = first.json()["event"]["seq"].as_u64().unwrap();
    let redrive = format!("/dead-letters/{id}/redrive");
    let answer = world.form(&redrive, "").await;
    assert_eq!(answer.header("location"), "/dead-letters");
    let stories = 6;
    assert!(delivered(&world, stories).await.contains(&seq));
    let gone = world.form(&redrive, "").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn all_letters_of_one_subscriber_are_delivered_again() {
    let (world, _) = World::with_sample().await;
    with_letters(&world, 3).await;
    let which = json!({"group": "test-link-issue"});
    for expected in [3, 0] {
        let done = world.post("/api/v1/dead-letters/redrive", &which).await;
        let expected = json!({"redriven": expected, "next": null});
        assert_eq!(done.json(), expected);
    }
    let other = json!({"group": "nobody"});
    let done = world.post("/api/v1/dead-letters/redrive", &other).await;
    assert_eq!(done.json()["redriven"], 0);
    world.get("/dead-letters").await.shows(&["There are none"]);
    // Those that were set aside come with those that were not: every story once.
    let all = delivered(&world, 6).await;
    assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "{all:?}");
}

#[tokio::test]
async fn letters_are_listed_page_by_page() {
    let (world, _) = World::with_sample().await;
    let ids = with_letters(&world, 3).await;
    let path = "/api/v1/dead-letters?limit=2&group=test-link-issue";
    let first = world.get(path).await.json();
    assert_eq!(first["next"], ids[1]);
    let rest = world.get(&format!("{path}&before={}", ids[1])).await.json();
    assert_eq!(rest["deadLetters"][0]["id"], ids[2]);
    assert!(rest["next"].is_null());
    let other = world.get("/api/v1/dead-letters?group=nobody").await.json();
    assert_eq!(other["deadLetters"], json!([]));
}

#[tokio::test]
async fn a_dead_letter_is_forgotten_once() {
    let (world, _) = World::with_sample().await;
    let id = with_letters(&world, 1).await[0];
    for expected in [StatusCode::NO_CONTENT, StatusCode::NOT_FOUND] {
        let path = format!("/api/v1/dead-letters/{id}");
        let asked = request(Method::DELETE, &path, &[], Body::empty());
        assert_eq!(world.send(asked).await.status, expected);
    }
    world.get("/health").await.shows(&["Everything keeps up."]);
}
