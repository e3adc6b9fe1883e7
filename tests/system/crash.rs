//! kill -9 at any moment: nothing is lost and nothing is done twice.
use super::harness::{Errand, text, until};
use serde_json::json;
use std::time::Duration;

/// Milliseconds of life before each kill; together they cut the journey between most of its steps.
const LIVES_MS: &[u64] = &[3, 10, 20, 40, 70, 120, 200, 350, 600];

#[tokio::test]
async fn a_story_survives_a_kill_between_any_two_steps() {
    let mut errand = Errand::up(&[]).await;
    let chat = errand.api.conversation().await;
    errand
        .api
        .say(&chat, "build email capture for the hero")
        .await;
    for life in LIVES_MS {
        // This is the fault itself, not a wait for something: the process is killed at this age.
        tokio::time::sleep(Duration::from_millis(*life)).await;
        errand.kill().await;
        errand.start_again().await;
    }
    let api = &errand.api;
    api.hear(&chat, "🎉 Code Generation complete! PR: ").await;
    api.story_is("completed").await;
    until("everybody was told", || async {
        (api.made().await == [1, 1, 1]).then_some(())
    })
    .await;
    let messages = api.messages(&chat).await;
    for (kind, count) in [("user", 1), ("spawn", 1), ("completion", 1)] {
        let found = messages.iter().filter(|m| text(m, "kind") == kind).count();
        assert_eq!(found, count, "{kind}: {messages:#?}");
    }
    let running = api.get("/api/v1/queue").await;
    assert_eq!(running, json!([]), "nothing is left in the queue");
}

#[tokio::test]
async fn a_running_agent_is_handed_over_when_errand_is_stopped() {
    let mut errand = Errand::up_with(&[], &[("ERRAND_DEMO_PACE_MS", "300")]).await;
    let wish = json!({"agent": "codegen", "prompt": "add a dark mode toggle"});
    let (_, spawned) = errand.api.post("/api/v1/stories", &wish).await;
    errand.api.story_is("in_progress").await;
    errand.interrupt().await;
    errand.start_again().await;
    let chat = text(&spawned, "conversationId");
    errand
        .api
        .hear(chat, "🎉 Code Generation complete! PR: ")
        .await;
    until("everybody was told", || async {
        (errand.api.made().await == [1, 1, 1]).then_some(())
    })
    .await;
}

#[tokio::test]
async fn many_stories_survive_kills_under_load() {
    const STORIES: usize = 8;
    let mut errand = Errand::up_with(&[], &[("ERRAND_SESSIONS_PER_PROJECT", "4")]).await;
    for n in 0..STORIES {
        let wish =
            json!({"agent": "codegen", "prompt": format!("add a README section number {n}")});
        let (status, body) = errand.api.post("/api/v1/stories", &wish).await;
        assert_eq!(status, 201, "{body}");
    }
    for life in [100, 400, 900] {
        tokio::time::sleep(Duration::from_millis(life)).await;
        errand.kill().await;
        errand.start_again().await;
    }
    let api = &errand.api;
    until("all stories ended", || async {
        let stories = api.stories().await;
        assert_eq!(stories.len(), STORIES);
        stories
            .iter()
            .all(|s| text(s, "status") == "completed")
            .then_some(())
    })
    .await;
    let expected = STORIES as u64;
    until("each was told once", || async {
        (api.made().await == [expected; 3]).then_some(())
    })
    .await;
}
