//! What the work costs, told while it goes on and counted once.
use super::harness::{Api, Errand, command, text, until};
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;

async fn spawn(api: &Api) -> Value {
    let wish = json!({"agent": "codegen", "prompt": "build email capture"});
    let (status, spawned) = api.post("/api/v1/stories", &wish).await;
    assert_eq!(status, 201, "{spawned}");
    spawned
}

async fn session(api: &Api, story: &str) -> Value {
    let sessions = api.get(&format!("/api/v1/sessions?story={story}")).await;
    sessions["sessions"][0].clone()
}

/// The first sum of money on a page.
fn sum(page: &str) -> Option<String> {
    let (_, rest) = page.split_once('$')?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.');
    Some(format!("${}", &rest[..end?]))
}

/// The sum that a page tells while the agent has steps of its plan before it; `None` while it tells none.
async fn seen_at_work(api: &Api, path: &str, story: &str) -> Option<String> {
    let seen = sum(&api.page(path).await);
    let now = session(api, story).await;
    let steps = now["plan"].as_array().unwrap();
    let is_done = |step: &Value| text(step, "status") == "completed";
    let all_done = !steps.is_empty() && steps.iter().all(is_done);
    assert!(!all_done, "the work is over, and no cost has moved: {now}");
    seen
}

#[tokio::test]
async fn the_cost_on_the_card_moves_before_the_agent_is_done() {
    let errand = Errand::up_with(&[], &[("ERRAND_DEMO_PACE_MS", "500")]).await;
    let api = &errand.api;
    let spawned = spawn(api).await;
    let (story, chat) = (text(&spawned, "storyId"), text(&spawned, "conversationId"));
    let card = format!("/chat/{chat}");
    let first = until("a cost on the card", || seen_at_work(api, &card, story)).await;
    until("another cost on the card", || async {
        let now = seen_at_work(api, &card, story).await?;
        (now != first).then_some(())
    })
    .await;
    let project = text(&session(api, story).await, "projectId").to_owned();
    for page in [
        format!("/stories/{story}"),
        format!("/projects/{project}/agents"),
    ] {
        let seen = seen_at_work(api, &page, story).await;
        assert!(seen.is_some(), "{page} shows no cost");
    }
    let arguments = ["show", story, "--url", api.url.as_str()];
    let shown = command(&arguments).output().await.unwrap();
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains("Cost: $0."), "{shown}");

    api.hear(chat, "🎉 Code Generation complete! PR: ").await;
    let ended = session(api, story).await;
    let usage = |key: &str| ended["usage"][key].as_u64().unwrap_or_default();
    assert!(
        usage("costMicroUsd") > 0 && usage("inputTokens") > 0,
        "{ended}"
    );
    let timeline = api.page(&format!("/stories/{story}")).await;
    let entry = "event-name\">UsageRecorded";
    assert!(!timeline.contains(entry), "figures are no happenings");
}

/// An Errand whose agent is this script.
async fn with_agent(folder: TempDir, script: &str) -> Errand {
    let file = folder.path().join("agent.sh");
    fs::write(&file, script).unwrap();
    let config = format!(
        "[agents.codegen]\nrunner = \"command\"\ncommand = [\"sh\", \"{}\"]\n",
        file.display()
    );
    fs::write(folder.path().join("errand.toml"), config).unwrap();
    Errand::up_in(folder, &[], &[]).await
}

const FIRST: &str = r#"{"type":"usage","input_tokens":1000,"output_tokens":10,"cost_usd":0.5}"#;
const SECOND: &str = r#"{"type":"usage","input_tokens":100,"output_tokens":1,"cost_usd":0.25}"#;

async fn used(api: &Api, story: &str, cost: u64) -> Value {
    until(&format!("a cost of {cost}"), || async {
        let session = session(api, story).await;
        (session["usage"]["costMicroUsd"] == cost).then_some(session)
    })
    .await
}

#[tokio::test]
async fn what_a_killed_executor_had_spent_is_neither_lost_nor_counted_twice() {
    let script = format!(
        "if [ -e half.txt ]; then echo '{SECOND}'; echo '{SECOND}'; echo done > work.txt
         else echo half > half.txt; echo '{FIRST}'; sleep 3600; fi"
    );
    let mut errand = with_agent(TempDir::new().unwrap(), &script).await;
    let spawned = spawn(&errand.api).await;
    let story = text(&spawned, "storyId");
    used(&errand.api, story, 500_000).await;
    errand.kill().await;
    errand.start_again().await;
    errand.api.story_is("completed").await;
    let session = used(&errand.api, story, 750_000).await;
    let expected = json!({"inputTokens": 1100, "outputTokens": 11, "costMicroUsd": 750_000});
    assert_eq!(session["usage"], expected);
}

#[tokio::test]
async fn a_retry_counts_for_itself_and_the_story_shows_both() {
    let folder = TempDir::new().unwrap();
    let mark = folder.path().join("mended");
    let script = format!(
        "if [ -e '{}' ]; then echo '{SECOND}'; echo done > work.txt; else echo '{FIRST}'; exit 3; fi",
        mark.display()
    );
    let errand = with_agent(folder, &script).await;
    let api = &errand.api;
    let spawned = spawn(api).await;
    let story = text(&spawned, "storyId");
    api.story_is("failed").await;
    used(api, story, 500_000).await;
    fs::write(&mark, "").unwrap();
    let path = format!("/api/v1/stories/{story}/retry");
    let (status, body) = api.post(&path, &json!({})).await;
    assert!((200..300).contains(&status), "{status} {body}");
    api.story_is("completed").await;
    used(api, story, 250_000).await;
    let page = api.page(&format!("/stories/{story}")).await;
    for sum in ["$0.25", "$0.50", "$0.75"] {
        assert!(page.contains(sum), "{sum} is not on the story's page");
    }
}

#[tokio::test]
async fn the_checklist_in_linear_has_nothing_in_progress_when_the_agent_was_stopped() {
    let errand = Errand::up_with(&[], &[("ERRAND_DEMO_PACE_MS", "500")]).await;
    let api = &errand.api;
    let spawned = spawn(api).await;
    let story = text(&spawned, "storyId");
    let issue = until("the issue", || async {
        let story = api.stories().await.pop()?;
        let url = text(&story, "linearIssueUrl").to_owned();
        (!url.is_empty()).then_some(url)
    })
    .await;
    let issue = issue.split_once("/sandbox").unwrap().1.to_owned();
    let issue = format!("/sandbox{issue}");
    until("a step in progress", || async {
        let page = api.page(&issue).await;
        page.contains("in progress").then_some(())
    })
    .await;
    let cancel = format!("/api/v1/stories/{story}/cancel");
    api.post(&cancel, &json!({"reason": "changed my mind"}))
        .await;
    until("the ending in Linear", || async {
        let page = api.page(&issue).await;
        let is_over = page.contains("changed my mind");
        (is_over && !page.contains("in progress")).then_some(())
    })
    .await;
}
