//! A workspace's own rules: who begins without approval, how many an hour, and who the chat's model is told to be.
use super::harness::{Errand, command, text, until};
use serde_json::{Value, json};
use tempfile::TempDir;

const REFUSED: &str = "⛔ nothing was spawned: one person may spawn 2 agents an hour";

#[tokio::test]
async fn a_spawn_beyond_the_cap_is_refused_in_chat_and_elsewhere_also_after_a_kill() {
    let cap = [("ERRAND_SPAWNS_PER_USER_HOUR", "2")];
    let mut errand = Errand::up_with(&[], &cap).await;
    let chat = errand.api.conversation().await;
    let other = errand.api.conversation().await;
    errand.api.say(&chat, "full audit on the site").await;
    let told = errand.api.hear(&chat, REFUSED).await;
    assert!(
        text(&told, "text").contains("ERRAND_SPAWNS_PER_USER_HOUR"),
        "{told}"
    );
    errand.kill().await;
    errand.start_again().await;
    errand.api.say(&other, "build a contact form").await;
    errand.api.hear(&other, REFUSED).await;
    let wish = json!({"agent": "codegen", "prompt": "add a README section"});
    let (status, refused) = errand.api.post("/api/v1/stories", &wish).await;
    assert_eq!(status, 409, "{refused}");
    assert!(
        refused.to_string().contains("2 agents an hour"),
        "{refused}"
    );
    assert_eq!(errand.api.stories().await.len(), 2);
}

#[tokio::test]
async fn only_the_listed_agents_begin_without_approval() {
    let listed = [("ERRAND_AUTO_SAFE_AGENTS", "security, seo")];
    let errand = Errand::up_with(&[], &listed).await;
    let chat = errand.api.conversation().await;
    errand.api.say(&chat, "build a contact form").await;
    errand.api.hear(&chat, "✅ Spawned Code Generation").await;
    errand
        .api
        .say(&chat, "spawn a security agent to look at the login")
        .await;
    let decided = until("the security story has ended", || async {
        let stories = errand.api.stories().await;
        let ended = stories.iter().any(|s| text(s, "status") == "completed");
        ended.then_some(stories)
    })
    .await;
    assert_eq!(decided.len(), 2, "{decided:?}");
    for story in decided {
        let expected = match text(&story, "title").starts_with("Security") {
            true => ["auto_safe", "completed"],
            false => ["needs_approval", "pending"],
        };
        assert_eq!(["policy", "status"].map(|key| text(&story, key)), expected);
    }
}

#[tokio::test]
async fn a_reply_records_its_model_its_cost_and_the_prompt_it_was_given() {
    let data = TempDir::new().unwrap();
    let file = data.path().join("boss.md");
    std::fs::write(&file, "version: house-7\nYou are the Head of Product.").unwrap();
    let key = ("ERRAND_HEAD_OF_PRODUCT_FILE", file.to_str().unwrap());
    let errand = Errand::up_with(&[], &[key]).await;
    let chat = errand.api.conversation().await;
    errand.api.say(&chat, "hello").await;
    errand.api.hear(&chat, "sandbox's Head of Product").await;
    let replies = errand.api.get("/api/v1/events?type=AssistantReplied").await;
    let reply = &replies["events"][0]["data"];
    assert!(
        text(reply, "persona").starts_with("house-7 sha256:"),
        "{replies}"
    );
    assert!(text(reply, "model").starts_with("claude"), "{replies}");
    assert_ne!(reply["usage"]["outputTokens"], Value::Null, "{replies}");
}

#[tokio::test]
async fn rules_that_cannot_be_are_named_before_the_start() {
    let data = TempDir::new().unwrap();
    let file = data.path().join("boss.md");
    std::fs::write(&file, "You are the Head of Product.").unwrap();
    for (key, value, words) in [
        ("ERRAND_AUTO_SAFE_AGENTS", "painter", "painter"),
        (
            "ERRAND_HEAD_OF_PRODUCT_FILE",
            file.to_str().unwrap(),
            "version: ",
        ),
        ("ERRAND_HEAD_OF_PRODUCT_FILE", "/nowhere", "/nowhere"),
    ] {
        let ended = command(&["up", "--port", "0", "--data"])
            .arg(data.path().join("data"))
            .env(key, value)
            .output()
            .await
            .unwrap();
        assert!(!ended.status.success());
        let said = String::from_utf8_lossy(&ended.stderr);
        let last = said.lines().last().unwrap_or_default();
        assert!(last.contains(key) && last.contains(words), "{said}");
    }
}
