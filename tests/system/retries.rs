//! What may pass is tried again by itself: a few times, visibly, after a kill too, and not once it is cancelled.
use super::harness::{Errand, text, until};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Longer than a test takes to look at the pause.
const LONG_PAUSE: &str = "3600";

/// An Errand whose code agent is tried again so often, after so many seconds.
async fn up(retries: u32, retry_seconds: &str) -> Errand {
    let folder = TempDir::new().unwrap();
    let config =
        format!("[agents.codegen]\nretries = {retries}\nretry_seconds = {retry_seconds}\n");
    std::fs::write(folder.path().join("errand.toml"), config).unwrap();
    Errand::up_in(folder, &[], &[]).await
}

/// The demo agent answers this as agents do when their model's service fails.
async fn spawn(errand: &Errand) -> Value {
    let wish = json!({"agent": "codegen", "prompt": "build it demo:error"});
    let (status, spawned) = errand.api.post("/api/v1/stories", &wish).await;
    assert_eq!(status, 201, "{spawned}");
    spawned
}

async fn waits_for_its_retry(errand: &Errand) -> Value {
    until("a story that waits for its retry", || async {
        let stories = errand.api.stories().await;
        stories.into_iter().find(|s| !s["retryAt"].is_null())
    })
    .await
}

#[tokio::test]
async fn an_outcome_that_may_pass_is_tried_again_up_to_the_limit() {
    let errand = up(1, "1").await;
    let spawned = spawn(&errand).await;
    let chat = text(&spawned, "conversationId");
    errand
        .api
        .hear(
            chat,
            "🔁 Code Generation failed and is tried again: retry 1 of 1 at ",
        )
        .await;
    errand.api.hear(chat, "❌ Code Generation failed").await;
    let story = errand.api.story_is("failed").await;
    assert_eq!(
        (story["attempt"].as_i64(), text(&story, "outcome")),
        (Some(2), "agent_error")
    );
    let sessions = format!("/api/v1/sessions?story={}", text(&story, "id"));
    let sessions = errand.api.get(&sessions).await;
    assert_eq!(
        sessions["sessions"].as_array().unwrap().len(),
        2,
        "{sessions}"
    );
}

#[tokio::test]
async fn a_scheduled_retry_is_seen_everywhere_and_survives_a_kill() {
    let mut errand = up(2, "2").await;
    spawn(&errand).await;
    let story = waits_for_its_retry(&errand).await;
    assert_eq!(
        (story["retry"].as_i64(), story["retries"].as_i64()),
        (Some(1), Some(2))
    );
    errand.kill().await;
    errand.start_again().await;
    until("the second attempt", || async {
        let story = errand.api.stories().await.pop()?;
        (story["attempt"].as_i64()? >= 2).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_story_is_not_tried_again() {
    let errand = up(2, LONG_PAUSE).await;
    let spawned = spawn(&errand).await;
    let story = waits_for_its_retry(&errand).await;
    let id = text(&story, "id");
    let queue = errand.api.get("/api/v1/queue").await;
    assert_eq!(text(&queue[0], "reason"), "retry", "{queue}");
    let (_, said) = errand.typed(&["show", id]).await;
    assert!(said.contains("Next: retry 1 of 2 at "), "{said}");
    let page = errand.api.page(&format!("/stories/{id}")).await;
    assert!(
        page.contains("It is tried again by itself: retry 1 of 2 at "),
        "{page}"
    );
    let (ok, said) = errand.typed(&["cancel", id]).await;
    assert!(ok, "{said}");
    errand
        .api
        .hear(
            text(&spawned, "conversationId"),
            "⏹ Code Generation cancelled by you",
        )
        .await;
    let story = errand.api.story_is("cancelled").await;
    assert_eq!(
        (story["attempt"].as_i64(), &story["retryAt"]),
        (Some(1), &Value::Null)
    );
}

#[tokio::test]
async fn a_person_who_will_not_wait_begins_the_retry() {
    let errand = up(2, LONG_PAUSE).await;
    spawn(&errand).await;
    let story = waits_for_its_retry(&errand).await;
    let (ok, said) = errand.typed(&["retry", text(&story, "id")]).await;
    assert!(ok, "{said}");
    until("the second attempt", || async {
        let story = errand.api.stories().await.pop()?;
        (story["attempt"].as_i64()? == 2).then_some(())
    })
    .await;
}
