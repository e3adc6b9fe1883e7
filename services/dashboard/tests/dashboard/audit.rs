//! The log is searched, and every event leads to its story, its cause and its effects.
use crate::support::World;
use axum::http::StatusCode;
use errand_eventlog::{EventLog as _, NewEvent, Write};
use errand_proto::{Envelope, Event, StoryEvent, Subject, v1};
use uuid::Uuid;

#[tokio::test]
async fn without_a_question_the_latest_events_are_shown() {
    let (world, _) = World::with_sample().await;
    let head = world.log.head().await.unwrap().seq;
    let page = world.get("/audit").await;
    page.shows(&[&format!("href=\"/audit/{head}\""), "rel=\"prev\""]);
    let first = world.get("/audit?from=1").await;
    first.shows(&["href=\"/audit/1\"", "rel=\"next\" href=\"/audit?from=51\""]);
    first.hides(&["rel=\"prev\""]);
}

#[tokio::test]
async fn events_are_found_by_story_type_correlation_and_time() {
    let (world, ids) = World::with_sample().await;
    let story = &ids.completed[..8];
    let found = world
        .get(&format!("/audit?story={story}&type=StoryCompleted"))
        .await;
    assert_eq!(found.body.matches("href=\"/audit/").count(), 1);
    let events = world
        .get(&format!("/api/v1/stories/{story}/timeline"))
        .await
        .json();
    let created = &events["events"][0];
    let (seq, time) = (&created["seq"], created["time"].as_str().unwrap());
    // The log tells when it stored an event; everything here was stored at the end of the test's preparation.
    let later = world.get("/audit?from=2999-01-01").await;
    later.shows(&["Nothing matches"]);
    let all = world.get("/audit?from=2001-01-01&until=2999-01-01").await;
    all.shows(&["href=\"/audit/1\""]);
    assert!(time.starts_with("20"));
    let one = world.get(&format!("/audit?from={seq}&until={seq}")).await;
    assert_eq!(one.body.matches("href=\"/audit/").count(), 1);
    let correlation = created["correlationId"].as_str().unwrap();
    let same = world
        .get(&format!("/audit?correlation={correlation}&story={story}"))
        .await;
    same.shows(&["StoryCreated"]);
}

#[tokio::test]
async fn what_cannot_be_searched_for_is_said() {
    let (world, _) = World::with_sample().await;
    for (query, why) in [
        ("from=yesterday", "neither the number of an event"),
        ("type=StoryPainted", "There is no event type"),
        ("story=nothing", "There is no story"),
        ("correlation=7", "it is no UUID"),
    ] {
        world.get(&format!("/audit?{query}")).await.shows(&[why]);
    }
    let none = world.get("/audit/999999").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

/// Appends an event that another one caused.
async fn caused(world: &World, id: &str, cause: Uuid) -> (u64, Uuid) {
    let event = Event::from(StoryEvent::from(v1::StoryCreated {
        id: id.into(),
        title: format!("Story {id}"),
        ..v1::StoryCreated::default()
    }));
    let new = Uuid::now_v7();
    let envelope = Envelope {
        id: new,
        event_type: event.full_name().to_owned(),
        source: "errand/spawner".into(),
        time_us: 1_763_800_000_000_000,
        correlation_id: Uuid::from_u128(7),
        causation_id: cause,
        command_id: new,
        aggregate_version: 1,
        traceparent: None,
    };
    let write = Write {
        subject: Subject::new("main", event.kind(), id).unwrap(),
        expected: 0,
        events: vec![NewEvent {
            envelope,
            data: event.encode().into(),
        }],
    };
    let seq = world.log.append(vec![write]).await.unwrap()[0];
    (seq, new)
}

#[tokio::test]
async fn an_event_leads_to_its_cause_its_effects_and_its_story() {
    let world = World::start().await;
    let (first, first_id) = caused(&world, "beginning", Uuid::from_u128(1)).await;
    let (middle, middle_id) = caused(&world, "middle", first_id).await;
    let (last, _) = caused(&world, "end", middle_id).await;
    world.settle().await;
    let page = world.get(&format!("/audit/{middle}")).await;
    page.shows(&[
        "<h1>StoryCreated</h1>",
        "&#34;title&#34;: &#34;Story middle&#34;",
        &format!("href=\"/audit/{first}\""),
        &format!("href=\"/audit/{last}\""),
        "href=\"/stories/middle\"",
        &format!("href=\"/stories/middle?at={middle}\""),
        "/audit?correlation=00000000-0000-0000-0000-000000000007",
    ]);
    let beginning = world.get(&format!("/audit/{first}")).await;
    beginning.shows(&["it began with somebody's command"]);
}
