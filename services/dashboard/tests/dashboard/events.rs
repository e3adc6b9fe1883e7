//! Events are searched in the archive and in what it does not have yet, as if it were one; and audited.
use crate::support::{Ids, PATIENCE, World, id};
use errand_eventlog::EventLog as _;
use errand_projections::positions::{Position, ProjectionState};
use errand_proto::{SessionEvent, StoryEvent, v1};
use serde_json::{Value, json};

fn seqs(page: &Value) -> Vec<u64> {
    let events = page["events"].as_array().unwrap();
    events.iter().map(|e| e["seq"].as_u64().unwrap()).collect()
}

/// A world whose archive ends before the last events: a story's second attempt and a story of its own.
async fn with_a_late_archive() -> (World, Ids, u64) {
    let (world, ids) = World::with_sample().await;
    world.archived().await;
    let archived = world.log.head().await.unwrap().seq;
    world.stop.cancel();
    let mut positions = world.projector.positions().watch();
    let stopped = |all: &Vec<Position>| all.iter().all(|p| p.state == ProjectionState::Stopped);
    let stopped = tokio::time::timeout(PATIENCE, positions.wait_for(stopped)).await;
    stopped.unwrap().unwrap();
    let session = id("second session");
    let created = v1::AgentSessionCreated {
        id: session.clone(),
        story_id: ids.failed.clone(),
        ..v1::AgentSessionCreated::default()
    };
    world
        .add(&session, SessionEvent::from(created), 1_000_000)
        .await;
    let turn = v1::TurnRecorded::default();
    world
        .add(&session, SessionEvent::from(turn), 2_000_000)
        .await;
    let other = v1::StoryCreated::default();
    world
        .add(&id("other"), StoryEvent::from(other), 3_000_000)
        .await;
    (world, ids, archived)
}

#[tokio::test]
async fn what_the_archive_does_not_have_yet_is_found_all_the_same() {
    let (world, ids, archived) = with_a_late_archive().await;
    let turns = world.get("/api/v1/events?type=TurnRecorded").await.json();
    let turns = seqs(&turns);
    assert!(turns.is_sorted() && turns[0] < archived, "{turns:?}");
    assert_eq!(turns.last(), Some(&(archived + 2)));

    // The turn does not name the story; its session does, in an event that the archive has not seen either.
    let story = format!("/api/v1/events?story={}", ids.failed);
    let story = seqs(&world.get(&story).await.json());
    assert!(story[0] < archived, "{story:?}");
    assert!(story.ends_with(&[archived + 1, archived + 2]), "{story:?}");

    let from = format!("/api/v1/events?story={}&from={}", ids.failed, archived + 2);
    assert_eq!(seqs(&world.get(&from).await.json()), [archived + 2]);
    let early = "/api/v1/events?until=1970-01-01T00:00:03Z";
    let early = seqs(&world.get(early).await.json());
    assert_eq!(early, [archived + 1, archived + 2, archived + 3]);
}

#[tokio::test]
async fn pages_of_a_search_join_without_a_gap() {
    let (world, ids, _) = with_a_late_archive().await;
    let path = format!("/api/v1/events?story={}", ids.failed);
    let whole = seqs(&world.get(&path).await.json());
    let mut joined = Vec::new();
    let mut from = json!(0);
    while !from.is_null() {
        let page = world
            .get(&format!("{path}&limit=3&from={from}"))
            .await
            .json();
        joined.extend(seqs(&page));
        from = page["next"].clone();
    }
    assert_eq!(joined, whole);
}

#[tokio::test]
async fn events_are_found_by_time_with_any_offset() {
    let (world, _) = World::with_sample().await;
    world.archived().await;
    let all = world.get("/api/v1/events?limit=1000").await.json();
    let all = all["events"].as_array().unwrap();
    let time = |n: usize| all[n]["time"].as_str().unwrap();
    let path = format!(
        "/api/v1/events?from={}&until={}&limit=1000",
        time(5),
        time(20)
    );
    let found = seqs(&world.get(&path).await.json());
    let within = |e: &&Value| (time(5)..=time(20)).contains(&e["time"].as_str().unwrap());
    let expected: Vec<_> = all
        .iter()
        .filter(within)
        .map(|e| e["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(found, expected);
    let east = world
        .get("/api/v1/events?until=2001-01-01T02:00:00+02:00")
        .await;
    assert_eq!(seqs(&east.json()), [0_u64; 0]);
    let never = world.get("/api/v1/events?from=soon").await;
    assert_eq!(never.status.as_u16(), 422);
    assert!(
        never.body.contains("neither a sequence nor a time"),
        "{}",
        never.body
    );
}

#[tokio::test]
async fn a_story_is_found_with_what_was_said_about_it() {
    let (world, ids) = World::with_sample().await;
    let found = world
        .get(&format!("/api/v1/events?story={}", ids.completed))
        .await
        .json();
    let kinds = found["events"].as_array().unwrap().iter();
    let kinds: Vec<_> = kinds
        .map(|e| e["subject"].as_str().unwrap().split('.').nth(2))
        .collect();
    for kind in ["story", "session", "conversation"] {
        assert!(kinds.contains(&Some(kind)), "{kind}: {kinds:?}");
    }
}

#[tokio::test]
async fn one_event_is_shown_by_its_sequence_or_its_id() {
    let (world, _, archived) = with_a_late_archive().await;
    // One from the archive and one that it does not have.
    for seq in [3, archived + 2] {
        let by_seq = world.get(&format!("/api/v1/events/{seq}")).await.json();
        assert_eq!(by_seq["seq"], seq);
        let id = by_seq["id"].as_str().unwrap();
        let by_id = world.get(&format!("/api/v1/events/{id}")).await.json();
        assert_eq!(by_id, by_seq);
    }
    for nothing in [
        "0",
        "99999",
        "no-id",
        "00000000-0000-4000-8000-000000000000",
    ] {
        let answer = world.get(&format!("/api/v1/events/{nothing}")).await;
        assert_eq!(answer.status.as_u16(), 404, "{nothing}");
    }
}

#[tokio::test]
async fn an_audit_tells_how_far_it_is_and_ends_with_what_it_found() {
    let (world, _) = World::with_sample().await;
    let answer = world.post("/api/v1/audit/verify", &json!({})).await;
    let lines: Vec<Value> = answer
        .body
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let (last, progress) = lines.split_last().unwrap();
    assert!(
        progress
            .iter()
            .any(|l| l["progress"]["projection"] == "events"),
        "{progress:?}"
    );
    let head = world.log.head().await.unwrap().seq;
    assert_eq!(
        last["found"],
        json!({"through": head, "events": head, "differences": [], "faults": []})
    );
}
