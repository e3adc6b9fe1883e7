//! Every wrong request gets the right status, the cause and the way out.
use crate::support::World;
use axum::http::StatusCode;
use errand_dashboard::CommandError;
use serde_json::json;

/// Path, status, code, and words of the message.
const WRONG_READS: &[(&str, u16, &str, &str)] = &[
    (
        "/api/v1/nothing",
        404,
        "not_found",
        "no page at /api/v1/nothing",
    ),
    (
        "/api/v1/stories/ffff0000",
        404,
        "not_found",
        "There is no story \"ffff0000\"",
    ),
    ("/api/v1/stories/be", 404, "not_found", "There is no story"),
    (
        "/api/v1/sessions/none",
        404,
        "not_found",
        "There is no session",
    ),
    (
        "/api/v1/conversations/none",
        404,
        "not_found",
        "There is no conversation",
    ),
    (
        "/api/v1/conversations/none/messages",
        404,
        "not_found",
        "There is no conversation",
    ),
    (
        "/api/v1/stories?status=asleep",
        422,
        "invalid",
        "status: \"asleep\" is not one of",
    ),
    (
        "/api/v1/sessions?status=asleep",
        422,
        "invalid",
        "is not one of: queued",
    ),
    ("/api/v1/stories?limit=many", 400, "bad_request", "limit"),
    (
        "/api/v1/events?type=StoryPainted",
        422,
        "invalid",
        "there is no event type \"StoryPainted\"",
    ),
    (
        "/api/v1/events?correlation=7",
        400,
        "bad_request",
        "correlation",
    ),
    (
        "/api/v1/events?story=none",
        404,
        "not_found",
        "There is no story",
    ),
    (
        "/api/v1/dead-letters/7",
        404,
        "not_found",
        "There is no dead letter \"7\"",
    ),
    ("/api/v1/dead-letters/seven", 400, "bad_request", "seven"),
];

#[tokio::test]
async fn wrong_reads_are_named() {
    let (world, _) = World::with_sample().await;
    for (path, status, code, words) in WRONG_READS {
        let answer = world.get(path).await;
        let error = &answer.json()["error"];
        assert_eq!(answer.status.as_u16(), *status, "{path}: {error}");
        assert_eq!(error["code"], *code, "{path}");
        assert!(
            error["message"].as_str().unwrap().contains(words),
            "{path}: {error}"
        );
        assert!(!error["hint"].as_str().unwrap().is_empty(), "{path}");
    }
}

/// Body, status, code, and words of the message.
const WRONG_BODIES: &[(&[u8], u16, &str, &str)] = &[
    (b"{\"agent\": ", 400, "bad_request", "line 1 column"),
    (b"[]", 422, "invalid", "cannot be used"),
    (
        b"{\"agent\":\"codegen\"}",
        422,
        "invalid",
        "missing field `prompt`",
    ),
    (b"", 422, "invalid", "missing field `agent`"),
    (
        b"{\"agent\":\"codegen\",\"prompt\":\"x\",\"colour\":1}",
        422,
        "invalid",
        "unknown field `colour`",
    ),
    (
        b"{\"agent\":\"codegen\",\"prompt\":\"  \"}",
        422,
        "invalid",
        "prompt: it is empty",
    ),
    (
        b"{\"agent\":\"poet\",\"prompt\":\"x\"}",
        422,
        "invalid",
        "choose one of codegen, security",
    ),
    (
        b"{\"agent\":\"codegen\",\"prompt\":\"\xff\"}",
        400,
        "bad_request",
        "not UTF-8",
    ),
];

async fn is_refused(world: &World, mime: &str, body: Vec<u8>, told: (u16, &str, &str)) {
    let (status, code, words) = told;
    let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
    let answer = world.post_raw("/api/v1/stories", mime, body).await;
    let error = &answer.json()["error"];
    assert_eq!(answer.status.as_u16(), status, "{shown}: {error}");
    assert_eq!(error["code"], code, "{shown}");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains(words), "{shown}: {error}");
}

#[tokio::test]
async fn wrong_bodies_are_named() {
    let world = World::start().await;
    for (body, status, code, words) in WRONG_BODIES {
        is_refused(
            &world,
            "application/json",
            body.to_vec(),
            (*status, code, words),
        )
        .await;
    }
    let text = b"{\"agent\":\"codegen\",\"prompt\":\"x\"}".to_vec();
    is_refused(
        &world,
        "text/plain",
        text,
        (415, "not_json", "not marked as JSON"),
    )
    .await;
    for (chars, words) in [(16_001, "16,000 characters"), (1_000_000, "64 KiB")] {
        let long = json!({ "agent": "codegen", "prompt": "a".repeat(chars) }).to_string();
        is_refused(
            &world,
            "application/json",
            long.into_bytes(),
            (413, "too_large", words),
        )
        .await;
    }
    assert!(world.commands.calls().is_empty());
}

#[tokio::test]
async fn refusals_of_the_services_keep_their_meaning() {
    let (world, ids) = World::with_sample().await;
    for (error, status, code) in [
        (
            CommandError::Refused("It has ended.".into()),
            StatusCode::CONFLICT,
            "refused",
        ),
        (
            CommandError::NotFound("There is none.".into()),
            StatusCode::NOT_FOUND,
            "not_found",
        ),
        (
            CommandError::Invalid {
                field: "reason".into(),
                reason: "too odd".into(),
            },
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
        ),
        (
            CommandError::TooLarge {
                limit: "10 characters".into(),
            },
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
        ),
        (
            CommandError::Unavailable("The log is away.".into()),
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
        ),
    ] {
        world.commands.refuse_with(error.clone());
        let answer = world
            .post(&format!("/api/v1/stories/{}/retry", ids.failed), &json!({}))
            .await;
        assert_eq!(
            (answer.status, answer.json()["error"]["code"].as_str()),
            (status, Some(code)),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_wrong_method_and_a_wrong_key_are_named() {
    let world = World::start().await;
    let wrong = world.post("/api/v1/queue", &json!({})).await;
    assert_eq!(wrong.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(wrong.json()["error"]["code"], "method_not_allowed");
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", &"k".repeat(201)),
    ];
    let body = json!({ "agent": "codegen", "prompt": "x" }).to_string();
    let asked = crate::support::request(
        axum::http::Method::POST,
        "/api/v1/stories",
        &headers,
        body.into(),
    );
    let answer = world.send(asked).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("Idempotency-Key"), "{}", answer.body);
}
