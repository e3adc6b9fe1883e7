//! A story that needs approval waits for a person, who decides in the chat, in Slack or on the story's page.
use super::harness::{Errand, text, until};
use ring::hmac;
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

const SLACK: &str = "/sandbox/slack/general";

async fn up(environment: &[(&str, &str)]) -> Errand {
    let mut all = vec![("ERRAND_POLICY", "needs_approval")];
    all.extend(environment);
    Errand::up_with(&[], &all).await
}

/// Asks for an agent and waits until the story waits for approval.
async fn asked(errand: &Errand) -> Value {
    let wish = json!({"agent": "codegen", "prompt": "add a contact form"});
    let (status, spawned) = errand.api.post("/api/v1/stories", &wish).await;
    assert_eq!(status, 201, "{spawned}");
    errand.api.story_is("pending").await;
    spawned
}

/// Waits until Slack shows these words, and answers the page.
async fn slack_shows(errand: &Errand, words: &str) -> String {
    until(&format!("{words:?} in Slack"), || async {
        let page = errand.api.page(SLACK).await;
        page.contains(words).then_some(page)
    })
    .await
}

async fn press(errand: &Errand, action: &str, story: &str) {
    let pressed = format!("{SLACK}/press");
    let fields = [("action", action), ("value", story)];
    assert_eq!(errand.api.press(&pressed, &fields).await, 200);
}

#[tokio::test]
async fn a_button_in_slack_lets_the_story_run() {
    let errand = up(&[]).await;
    let spawned = asked(&errand).await;
    let queue = errand.api.get("/api/v1/queue").await;
    assert_eq!(
        text(&queue[0], "waitingFor"),
        "waits for approval",
        "{queue}"
    );
    let page = slack_shows(&errand, "waits for approval").await;
    assert!(
        page.contains(">Approve</button>") && page.contains(">Reject</button>"),
        "{page}"
    );
    press(&errand, "approve_story", text(&spawned, "storyId")).await;
    errand.api.story_is("completed").await;
    let page = slack_shows(&errand, "Approved by you (Slack)").await;
    assert!(
        !page.contains(">Approve</button>"),
        "the buttons are gone: {page}"
    );
}

#[tokio::test]
async fn a_button_in_slack_refuses_the_story() {
    let errand = up(&[]).await;
    let spawned = asked(&errand).await;
    slack_shows(&errand, ">Reject</button>").await;
    press(&errand, "reject_story", text(&spawned, "storyId")).await;
    let story = errand.api.story_is("cancelled").await;
    assert_eq!(text(&story, "outcome"), "rejected", "{story}");
}

#[tokio::test]
async fn the_chat_offers_both_buttons_beside_the_story() {
    let errand = up(&[]).await;
    let chat = errand.api.conversation().await;
    errand
        .api
        .say(&chat, "build email capture for the hero")
        .await;
    let story = errand.api.story_is("pending").await;
    let approve = format!("/stories/{}/approve", text(&story, "id"));
    until("the buttons in the chat", || async {
        let page = errand.api.page(&format!("/chat/{chat}")).await;
        (page.contains(&approve) && page.contains(">Reject</button>")).then_some(())
    })
    .await;
    assert_eq!(errand.api.press(&approve, &[]).await, 200);
    errand.api.story_is("completed").await;
}

#[tokio::test]
async fn without_the_signing_secret_nobody_listens_to_slack() {
    let environment = [
        ("SLACK_BOT_TOKEN", "sandbox"),
        ("SLACK_API_URL", "http://127.0.0.1:9/"),
    ];
    let errand = up(&environment).await;
    asked(&errand).await;
    let call = errand.api.call("/webhooks/slack", &[], String::new());
    assert_eq!(call.await, 404);
}

#[tokio::test]
async fn a_call_that_slack_did_not_sign_changes_nothing() {
    let errand = up(&[]).await;
    let spawned = asked(&errand).await;
    let action = json!({"action_id": "approve_story", "value": text(&spawned, "storyId")});
    let payload = json!({"user": {"id": "U1"}, "actions": [action]});
    let body: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("payload", &payload.to_string())
        .finish();
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    for (secret, time) in [
        ("wrong", now),
        ("sandbox", now - 301),
        ("sandbox", now + 330),
    ] {
        let signature = format!("v0={}", signature(secret, &format!("v0:{time}:{body}")));
        let time = time.to_string();
        let headers = [
            ("x-slack-request-timestamp", time.as_str()),
            ("x-slack-signature", signature.as_str()),
        ];
        let status = errand
            .api
            .call("/webhooks/slack", &headers, body.clone())
            .await;
        assert_eq!(status, 401, "{secret} {time}");
    }
    let status = errand.api.call("/webhooks/slack", &[], body).await;
    assert_eq!(status, 401, "without any header");
    errand.api.story_is("pending").await;
}

fn signature(secret: &str, text: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, text.as_bytes());
    tag.as_ref().iter().map(|b| format!("{b:02x}")).collect()
}
