//! The issue is cancelled in Linear, and the story stops: by Linear's call, or by looking there now and then.
use super::harness::{Errand, text, until};
use ring::hmac;
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

async fn running(environment: &[(&str, &str)]) -> (Errand, Value) {
    let errand = Errand::up_with(&[], environment).await;
    let wish = json!({"agent": "codegen", "prompt": "demo:hang add a contact form"});
    let (status, spawned) = errand.api.post("/api/v1/stories", &wish).await;
    assert_eq!(status, 201, "{spawned}");
    let story = until("a running story with an issue", || async {
        let story = errand.api.stories().await.pop()?;
        let is_linked = !story["linearTaskId"].is_null();
        (is_linked && text(&story, "status") == "in_progress").then_some(story)
    })
    .await;
    (errand, story)
}

/// The form of the issue's page in the sandbox.
fn cancel_form(story: &Value) -> String {
    format!(
        "/sandbox/linear/issue/{}/cancel",
        text(story, "linearIdentifier")
    )
}

#[tokio::test]
async fn an_issue_cancelled_in_linear_stops_its_running_story() {
    let (errand, story) = running(&[]).await;
    assert_eq!(errand.api.press(&cancel_form(&story), &[]).await, 200);
    let story = errand.api.story_is("cancelled").await;
    assert_eq!(text(&story, "reason"), "The issue was cancelled in Linear");
    let chat = text(&story, "conversationId");
    errand
        .api
        .hear(chat, "⏹ Code Generation cancelled by ")
        .await;
}

#[tokio::test]
async fn a_call_that_was_lost_is_made_up_for_by_looking() {
    // The sandbox signs with another secret, so its call is refused.
    let environment = [
        ("LINEAR_WEBHOOK_SECRET", "another"),
        ("LINEAR_POLL_SECONDS", "1"),
    ];
    let (errand, story) = running(&environment).await;
    assert_eq!(errand.api.press(&cancel_form(&story), &[]).await, 500);
    let story = errand.api.story_is("cancelled").await;
    assert_eq!(text(&story, "reason"), "The issue was cancelled in Linear");
}

#[tokio::test]
async fn a_call_that_is_forged_or_old_changes_nothing() {
    let (errand, story) = running(&[]).await;
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis();
    let now = u64::try_from(now).unwrap();
    let change = |time: u64| {
        json!({
            "action": "update",
            "type": "Issue",
            "webhookTimestamp": time,
            "data": {
                "id": story["linearTaskId"],
                "identifier": story["linearIdentifier"],
                "state": {"type": "canceled"},
            },
        })
        .to_string()
    };
    for (secret, time) in [
        ("wrong", now),
        ("sandbox", now - 61_000),
        ("sandbox", now + 90_000),
    ] {
        let body = change(time);
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let tag = hmac::sign(&key, body.as_bytes());
        let tag: String = tag.as_ref().iter().map(|b| format!("{b:02x}")).collect();
        let headers = [("linear-signature", tag.as_str())];
        let status = errand.api.call("/webhooks/linear", &headers, body).await;
        assert_eq!(status, 401, "{secret} {time}");
    }
    let status = errand.api.call("/webhooks/linear", &[], change(now)).await;
    assert_eq!(status, 401, "without a signature");
    errand.api.story_is("in_progress").await;
}
