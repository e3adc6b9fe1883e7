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
    at_linear(&errand, &story, "started").await;
    (errand, story)
}

/// What the issue's page shows at Linear.
async fn at_linear(errand: &Errand, story: &Value, state: &str) {
    let page = format!("/sandbox/linear/issue/{}", text(story, "linearIdentifier"));
    let shown = format!("class=\"state {state}\"");
    let is_shown = || async {
        let is = errand.api.page(&page).await.contains(&shown);
        is.then_some(())
    };
    until(&shown, is_shown).await;
}

/// The form of the issue's page in the sandbox.
fn cancel_form(story: &Value) -> String {
    format!(
        "/sandbox/linear/issue/{}/cancel",
        text(story, "linearIdentifier")
    )
}

/// Milliseconds since the Unix epoch.
fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(now.as_millis()).unwrap()
}

/// A call of Linear's webhook, signed with this secret.
async fn call(errand: &Errand, secret: &str, change: &Value) -> u16 {
    let body = change.to_string();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, body.as_bytes());
    let tag: String = tag.as_ref().iter().map(|b| format!("{b:02x}")).collect();
    let headers = [("linear-signature", tag.as_str())];
    errand.api.call("/webhooks/linear", &headers, body).await
}

/// What Linear says then of the story's issue.
fn change(story: &Value, time: u64) -> Value {
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
async fn a_batch_whose_issue_is_cancelled_in_linear_stops_all_its_stories() {
    let errand = Errand::up_with(&[], &[("ERRAND_DEMO_PACE_MS", "5000")]).await;
    let (api, chat) = (&errand.api, errand.api.conversation().await);
    api.say(&chat, "full audit on the site").await;
    let parent = until("the issue of a batch under way", || async {
        let batches = api.get("/api/v1/batches").await;
        let identifier = text(&batches["batches"][0], "linearIdentifier").to_owned();
        (!identifier.is_empty()).then_some(identifier)
    })
    .await;
    let cancel = format!("/sandbox/linear/issue/{parent}/cancel");
    assert_eq!(api.press(&cancel, &[]).await, 200);
    api.hear(&chat, "0 of 4 agents completed").await;
    let parent = json!({"linearIdentifier": parent});
    at_linear(&errand, &parent, "canceled").await;
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
    let now = now();
    for (secret, time) in [
        ("wrong", now),
        ("sandbox", now - 61_000),
        ("sandbox", now + 90_000),
    ] {
        let status = call(&errand, secret, &change(&story, time)).await;
        assert_eq!(status, 401, "{secret} {time}");
    }
    let body = change(&story, now).to_string();
    let status = errand.api.call("/webhooks/linear", &[], body).await;
    assert_eq!(status, 401, "without a signature");
    errand.api.story_is("in_progress").await;
}

#[tokio::test]
async fn what_linear_tells_late_of_a_mirrored_cancellation_does_not_stop_the_retry() {
    let (errand, story) = running(&[("LINEAR_POLL_SECONDS", "1")]).await;
    let (api, id) = (&errand.api, text(&story, "id"));
    let (ok, said) = errand.typed(&["cancel", id]).await;
    assert!(ok, "{said}");
    at_linear(&errand, &story, "canceled").await;
    // The issue stays cancelled for some looks at it after the retry.
    let slow =
        json!({"vendor": "linear", "operation": "issueUpdate", "fault": "slow", "delay_ms": 3_000});
    api.trouble(&slow).await;
    let (ok, said) = errand.typed(&["retry", id]).await;
    assert!(ok, "{said}");
    let told = |by: &str, cancelled_ms: u64| {
        let mut change = change(&story, now());
        change["actor"] = json!({"name": by});
        let cancelled_us = i64::try_from(cancelled_ms * 1_000).unwrap();
        change["data"]["canceledAt"] = json!(errand_proto::rfc3339(cancelled_us));
        change
    };
    let late = told("Late", now());
    assert_eq!(call(&errand, "sandbox", &late).await, 200);
    at_linear(&errand, &story, "started").await;
    let story = api.story_is("in_progress").await;
    assert_eq!(
        (&story["attempt"], &story["cancelRequested"]),
        (&json!(2), &json!(false)),
        "{story}"
    );
    let by_a_person = told("Ann", now() + 30_000);
    assert_eq!(call(&errand, "sandbox", &by_a_person).await, 200);
    let chat = text(&story, "conversationId");
    let words = "⏹ Code Generation cancelled by Ann (Linear)";
    api.hear(chat, words).await;
}
