//! What programs get.
use crate::support::{Call, TEXT, World, id, request, stream};
use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use serde_json::{Value, json};
use uuid::Uuid;

fn ids_of(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|s| s["id"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn spawning_answers_with_ids_and_is_idempotent_by_its_key() {
    let world = World::start().await;
    let body = json!({ "agent": "codegen", "prompt": "build it", "projectId": "web" }).to_string();
    for key in ["order-7", "order-7", "order-8"] {
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", key),
        ];
        let asked = request(
            Method::POST,
            "/api/v1/stories",
            &headers,
            Body::from(body.clone()),
        );
        let answer = world.send(asked).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        let spawned = answer.json();
        assert!(
            spawned["url"]
                .as_str()
                .unwrap()
                .ends_with(spawned["storyId"].as_str().unwrap())
        );
    }
    let keys = world.commands.calls().into_iter().map(|call| match call {
        Call::Spawn(spawn) => spawn.key,
        other => panic!("{other:?}"),
    });
    let keys: Vec<_> = keys.collect();
    assert_eq!(keys[0], keys[1]);
    assert_ne!(keys[0], keys[2]);
}

#[tokio::test]
async fn a_message_with_the_same_key_is_the_same_message() {
    let (world, ids) = World::with_sample().await;
    let mut messages = Vec::new();
    for key in ["said-7", "said-7", "said-8"] {
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", key),
        ];
        let asked = request(
            Method::POST,
            &format!("/api/v1/conversations/{}/messages", ids.conversation),
            &headers,
            Body::from(json!({ "text": "build it" }).to_string()),
        );
        let answer = world.send(asked).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        messages.push(answer.json()["messageId"].clone());
    }
    assert_eq!(messages[0], messages[1]);
    assert_ne!(messages[0], messages[2]);
}

#[tokio::test]
async fn stories_are_listed_filtered_and_paged() {
    let (world, ids) = World::with_sample().await;
    let all = world.get("/api/v1/stories").await.json();
    assert_eq!(all["stories"].as_array().unwrap().len(), 6);
    assert_eq!(all["next"], Value::Null);
    let ended = world
        .get("/api/v1/stories?status=failed,completed")
        .await
        .json();
    assert_eq!(ids_of(&ended["stories"]), [&ids.failed, &ids.completed]);
    let first = world.get("/api/v1/stories?limit=4").await.json();
    let rest = world
        .get(&format!("/api/v1/stories?limit=4&before={}", first["next"]))
        .await
        .json();
    assert_eq!(rest["stories"].as_array().unwrap().len(), 2);
    let none = world.get("/api/v1/stories?project=nowhere").await.json();
    assert_eq!(none["stories"], json!([]));
}

#[tokio::test]
async fn a_story_and_its_session_carry_every_field_of_the_users_records() {
    let (world, ids) = World::with_sample().await;
    let story = world
        .get(&format!("/api/v1/stories/{}", ids.completed))
        .await
        .json();
    for (field, value) in [
        ("status", json!("completed")),
        ("priorityLevel", json!("P1")),
        ("priorityScore", json!(75)),
        ("policy", json!("auto_safe")),
        (
            "linearIssueUrl",
            json!("https://linear.app/sample/issue/ERR-12"),
        ),
        ("prUrl", json!("https://github.com/sample/site/pull/7")),
        ("runId", json!("run-1")),
    ] {
        assert_eq!(story[field], value, "{field}");
    }
    let path = format!("/api/v1/sessions/{}", story["sessionId"].as_str().unwrap());
    let session = world.get(&path).await.json();
    assert_eq!(session["agentType"], "specialist");
    assert_eq!(
        session["thinkingTrace"][0]["thinking"],
        "Spawned from chat by user request"
    );
    assert_eq!(session["toolCalls"][1]["ms"], 2_310);
    assert_eq!(session["plan"][0]["status"], "completed");
    assert_eq!(
        session["changes"]["files"][1]["path"],
        "tests/capture.test.js"
    );
}

#[tokio::test]
async fn a_beginning_of_an_id_is_enough_while_it_is_unique() {
    let (world, ids) = World::with_sample().await;
    let story = world
        .get(&format!("/api/v1/stories/{}", &ids.completed[..4]))
        .await
        .json();
    assert_eq!(story["id"], json!(ids.completed));
    let conversation = world
        .get(&format!("/api/v1/conversations/{}", &ids.conversation[..6]))
        .await;
    assert_eq!(conversation.json()["id"], json!(ids.conversation));
    let cancelled = world
        .post(
            &format!("/api/v1/stories/{}/cancel", &ids.running[..8]),
            &json!({}),
        )
        .await;
    assert_eq!(cancelled.status, StatusCode::OK);
    assert_eq!(
        world.commands.calls(),
        [Call::Cancel(ids.running.clone(), String::new())]
    );
}

#[tokio::test]
async fn conversations_and_messages_can_be_written_and_read() {
    let world = World::start().await;
    let started = world
        .post("/api/v1/conversations", &json!({ "title": "API" }))
        .await;
    assert_eq!(started.status, StatusCode::CREATED);
    let conversation = started.json()["id"].as_str().unwrap().to_owned();
    let messages = format!("/api/v1/conversations/{conversation}/messages");
    let message = Uuid::now_v7();
    let posted = world
        .post(&messages, &json!({ "text": "hello", "messageId": message }))
        .await;
    assert_eq!(posted.status, StatusCode::CREATED, "{}", posted.body);
    // Read-your-writes: no waiting in between.
    let read = world.get(&messages).await.json();
    assert_eq!(read["messages"][0]["text"], "hello");
    assert_eq!(read["messages"][0]["id"], json!(message));
    let list = world.get("/api/v1/conversations").await.json();
    assert_eq!(list["conversations"][0]["title"], "API");
}

#[tokio::test]
async fn buttons_can_be_pressed() {
    let (world, ids) = World::with_sample().await;
    let path = format!(
        "/api/v1/conversations/{}/messages/{}/actions",
        ids.conversation, ids.offer
    );
    let pressed = world.post(&path, &json!({ "actionId": "yes" })).await;
    assert_eq!(pressed.status, StatusCode::CREATED, "{}", pressed.body);
    assert!(
        matches!(&world.commands.calls()[0], Call::Post(p) if p.text.starts_with("Yes, spawn"))
    );
}

#[tokio::test]
async fn sessions_are_answered_and_steered() {
    let (world, ids) = World::with_sample().await;
    let asking = id(&format!("session {}", ids.asking));
    let running = id(&format!("session {}", ids.running));
    world
        .post(
            &format!("/api/v1/sessions/{asking}/answer"),
            &json!({ "answer": "Name them" }),
        )
        .await;
    world
        .post(
            &format!("/api/v1/sessions/{running}/steer"),
            &json!({ "text": "Be quick" }),
        )
        .await;
    let expected = [
        Call::Answer(asking, ids.question.clone(), "Name them".into()),
        Call::Steer(running.clone(), "Be quick".into()),
    ];
    assert_eq!(world.commands.calls(), expected);
    let none = world
        .post(
            &format!("/api/v1/sessions/{running}/answer"),
            &json!({ "answer": "Yes" }),
        )
        .await;
    assert_eq!(none.status, StatusCode::CONFLICT);
    let waiting = world
        .get("/api/v1/sessions?status=waiting_for_input")
        .await
        .json();
    assert_eq!(waiting["sessions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_text_too_long_for_its_record_is_given_whole_where_it_is_and_named_where_not() {
    let (world, ids) = World::with_sample().await;
    let session = format!(
        "/api/v1/sessions/{}",
        id(&format!("session {}", ids.completed))
    );
    let here = world
        .get(&format!("{session}/attachments/{}", TEXT.0))
        .await;
    assert_eq!((here.status, here.body.as_str()), (StatusCode::OK, TEXT.1));
    assert_eq!(here.header("content-type"), "text/plain; charset=utf-8");
    let elsewhere = world.get(&format!("{session}/attachments/other")).await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
    assert_eq!(elsewhere.json()["error"]["code"], "not_here");
}

#[tokio::test]
async fn the_timeline_is_the_events_of_a_story_and_its_sessions_in_order() {
    let (world, ids) = World::with_sample().await;
    let timeline = world
        .get(&format!("/api/v1/stories/{}/timeline", ids.completed))
        .await
        .json();
    let events = timeline["events"].as_array().unwrap();
    let seqs: Vec<_> = events.iter().map(|e| e["seq"].as_u64().unwrap()).collect();
    assert!(seqs.is_sorted() && seqs.len() == 14, "{seqs:?}");
    let kinds: Vec<_> = events
        .iter()
        .map(|e| e["subject"].as_str().unwrap().split('.').nth(2).unwrap())
        .collect();
    assert!(kinds.contains(&"story") && kinds.contains(&"session"));
}

#[tokio::test]
async fn events_are_found_by_type_story_correlation_and_range() {
    let (world, ids) = World::with_sample().await;
    let created = world.get("/api/v1/events?type=StoryCreated").await.json();
    assert_eq!(created["events"].as_array().unwrap().len(), 6);
    let one = &created["events"][0];
    assert_eq!(one["type"], "errand.v1.StoryCreated");
    assert_eq!(one["data"]["priorityScore"], 75);
    let by_story = world
        .get(&format!(
            "/api/v1/events?story={}&type=StoryCreated,PullRequestOpened",
            &ids.completed[..8]
        ))
        .await
        .json();
    assert_eq!(by_story["events"].as_array().unwrap().len(), 2);
    let correlation = one["correlationId"].as_str().unwrap();
    let related = world
        .get(&format!("/api/v1/events?correlation={correlation}"))
        .await
        .json();
    assert!(
        related["events"]
            .as_array()
            .unwrap()
            .iter()
            .all(|e| e["correlationId"] == correlation)
    );
    let page = world
        .get("/api/v1/events?from=3&until=9&limit=5")
        .await
        .json();
    let seqs: Vec<_> = page["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["seq"].clone())
        .collect();
    assert_eq!(json!(seqs), json!([3, 4, 5, 6, 7]));
    assert_eq!(page["next"], 8);
    let rest = world
        .get("/api/v1/events?from=8&until=9&limit=5")
        .await
        .json();
    assert_eq!(
        (rest["events"].as_array().unwrap().len(), &rest["next"]),
        (2, &Value::Null)
    );
}

#[tokio::test]
async fn cloudevents_are_structured_json_of_version_one() {
    let (world, ids) = World::with_sample().await;
    let page = world
        .get("/api/v1/events?type=StoryCreated&format=cloudevents&limit=1")
        .await
        .json();
    let event = &page["events"][0];
    assert_eq!(event["specversion"], "1.0");
    assert_eq!(event["datacontenttype"], "application/json");
    assert_eq!(event["subject"], json!(ids.completed));
    let required = ["id", "source", "type", "time"];
    assert!(
        required.iter().all(|name| event[name].is_string()),
        "{event}"
    );
    let extensions = event.as_object().unwrap().keys();
    assert!(
        extensions.clone().all(|name| name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())),
        "{event}"
    );
}

#[tokio::test]
async fn the_event_stream_exports_lines_and_follows() {
    let (world, ids) = World::with_sample().await;
    let export = world.get("/api/v1/events/stream").await;
    let lines: Vec<Value> = export
        .body
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let seqs: Vec<_> = lines.iter().map(|l| l["seq"].as_u64().unwrap()).collect();
    assert!(seqs.is_sorted() && seqs[0] == 1);
    let head = *seqs.last().unwrap();
    let path = format!(
        "/api/v1/events/stream?follow=true&from={}&story={}",
        head + 1,
        ids.running
    );
    let mut tail = stream(&world, &path, &[]).await;
    let failed = errand_proto::v1::LinearIssueLinkFailed {
        reason: "busy".into(),
        ..Default::default()
    };
    world
        .add(&ids.running, errand_proto::StoryEvent::from(failed), 1)
        .await;
    let heard = tail.until("\n").await;
    assert_eq!(heard.lines().count(), 1);
    assert!(heard.contains("LinearIssueLinkFailed"), "{heard}");
}

#[tokio::test]
async fn queue_projects_agents_health_and_projections_are_told() {
    let (world, ids) = World::with_sample().await;
    let queue = world.get("/api/v1/queue").await.json();
    assert_eq!(
        (&queue[0]["storyId"], &queue[0]["position"]),
        (&json!(ids.queued), &json!(1))
    );
    assert_eq!(
        world.get("/api/v1/agents").await.json()[0]["kind"],
        "codegen"
    );
    let project = &world.get("/api/v1/projects").await.json()[0];
    assert_eq!(
        (&project["id"], &project["ended"]),
        (&json!("sample-site"), &json!(2))
    );
    let health = world.get("/api/v1/health").await.json();
    assert_eq!(health["status"], "ok");
    world.archived().await;
    let projections = world.get("/api/v1/projections").await.json();
    assert!(
        projections
            .as_array()
            .unwrap()
            .iter()
            .all(|p| p["lag"] == 0),
        "{projections}"
    );
}

#[tokio::test]
async fn a_read_model_can_be_rebuilt_while_it_is_served() {
    let (world, ids) = World::with_sample().await;
    let answer = world
        .post("/api/v1/projections/stories/rebuild", &json!({}))
        .await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
    let mut positions = world.projector.positions().watch();
    let rebuilt =
        positions.wait_for(|all| all.iter().any(|p| p.name == "stories" && p.generation == 2));
    tokio::time::timeout(crate::support::PATIENCE, rebuilt)
        .await
        .unwrap()
        .unwrap();
    world
        .get(&format!("/stories/{}", ids.completed))
        .await
        .shows(&["Build email capture"]);
    let unknown = world
        .post("/api/v1/projections/weather/rebuild", &json!({}))
        .await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}
