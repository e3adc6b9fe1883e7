//! A story as it was at any point of the log.
use crate::support::{Ids, World};
use axum::http::StatusCode;
use serde_json::Value;

async fn timeline(world: &World, story: &str) -> Vec<Value> {
    let path = format!("/api/v1/stories/{story}/timeline");
    let answer = world.get(&path).await.json();
    answer["events"].as_array().unwrap().clone()
}

/// The first event of a type in a story's timeline.
async fn event(world: &World, story: &str, name: &str) -> Value {
    let events = timeline(world, story).await;
    let found = events
        .iter()
        .find(|e| e["type"] == format!("errand.v1.{name}"));
    found.unwrap_or_else(|| panic!("no {name}")).clone()
}

async fn completed() -> (World, Ids) {
    World::with_sample().await
}

#[tokio::test]
async fn a_story_and_its_session_are_told_as_they_were() {
    let (world, ids) = completed().await;
    let story = format!("/api/v1/stories/{}", ids.completed);
    let now = world.get(&story).await.json();
    assert_eq!(now["status"], "completed");
    let session = format!("/api/v1/sessions/{}", now["sessionId"].as_str().unwrap());
    let started = event(&world, &ids.completed, "ExecutionStarted").await;
    let (seq, time) = (&started["seq"], started["time"].as_str().unwrap());
    for at in [seq.to_string(), time.to_owned()] {
        let then = world.get(&format!("{story}?at={at}")).await.json();
        assert!(
            then["prUrl"].is_null() && then["endedAt"].is_null(),
            "{then}"
        );
        let then = world.get(&format!("{session}?at={at}")).await.json();
        assert_eq!(then["status"], "running");
        assert_eq!(then["toolCalls"], serde_json::json!([]));
    }
    let head = world.get("/api/v1/health").await.json()["head"].clone();
    for path in [story, session] {
        let at_head = world.get(&format!("{path}?at={head}")).await.json();
        assert_eq!(at_head, world.get(&path).await.json());
    }
}

#[tokio::test]
async fn a_moment_that_is_not_in_the_past_of_the_story_is_answered_clearly() {
    let (world, ids) = completed().await;
    let story = format!("/api/v1/stories/{}", ids.completed);
    let created = event(&world, &ids.completed, "StoryCreated").await;
    let before = created["seq"].as_u64().unwrap() - 1;
    for at in [before.to_string(), "2001-01-01".to_owned()] {
        let answer = world.get(&format!("{story}?at={at}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(answer.json()["error"]["code"], "not_yet");
        answer.shows(&["did not exist yet", &created["seq"].to_string()]);
    }
    for (at, why) in [
        ("999999", "there is no event 999999 yet"),
        ("2999-01-01T00:00:00Z", "has not come yet"),
        ("yesterday", "neither the number of an event nor a moment"),
    ] {
        let answer = world.get(&format!("{story}?at={at}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{at}");
        answer.shows(&[why]);
    }
    let page = format!("/stories/{}?at={before}", ids.completed);
    world.get(&page).await.shows(&["did not exist yet"]);
}

#[tokio::test]
async fn the_page_shows_the_past_says_so_and_leads_back() {
    let (world, ids) = completed().await;
    let page = format!("/stories/{}", ids.completed);
    let started = event(&world, &ids.completed, "ExecutionStarted").await;
    let seq = &started["seq"];
    let past = world.get(&format!("{page}?at={seq}")).await;
    past.shows(&[
        "The story as it was at",
        "later events are left out",
        "Back to now",
        "One event earlier",
        "One event later",
        &format!("id=\"event-{seq}\""),
    ]);
    // Neither what came later nor anything to press, and nothing that would bring the present back.
    past.hides(&[
        "ExecutionCompleted",
        "email-capture",
        "method=\"post\" action=\"/stories",
        "/events?scope=",
    ]);
    let now = world.get(&page).await;
    now.shows(&[
        "ExecutionCompleted",
        &format!("href=\"?at={seq}\""),
        "type=\"datetime-local\" id=\"at\" name=\"at\"",
        "/events?scope=",
    ]);
    now.hides(&["Back to now"]);
}

#[tokio::test]
async fn what_a_person_may_do_now_cannot_be_done_to_the_past() {
    let (world, ids) = completed().await;
    for story in [&ids.running, &ids.asking, &ids.needs_approval, &ids.failed] {
        let page = format!("/stories/{story}");
        let now = world.get(&page).await;
        now.shows(&["method=\"post\" action=\"/s"]);
        let last = timeline(&world, story).await.pop().unwrap();
        let past = world.get(&format!("{page}?at={}", last["seq"])).await;
        past.hides(&["method=\"post\" action=\"/s", "data-since"]);
    }
}
