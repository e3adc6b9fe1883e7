//! Each way in which work ends otherwise than well has its own code, and everybody is told what to do.
mod forge;
mod limits;

use super::harness::{Errand, text, until};
use serde_json::{Value, json};
use tempfile::TempDir;

const BREAKER: &str = r#"
[agents.breaker]
name = "Breaker"
description = "breaks things"
runner = "command"
command = ["sh", "-c", "echo broken > page.txt"]
checks = ["echo 1 test failed; false"]
"#;

async fn up(kinds: &str) -> Errand {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("errand.toml"), kinds).unwrap();
    Errand::up_in(folder, &[], &[]).await
}

async fn spawn(errand: &Errand, agent: &str, prompt: &str) -> Value {
    let wish = json!({"agent": agent, "prompt": prompt});
    let (status, spawned) = errand.api.post("/api/v1/stories", &wish).await;
    assert_eq!(status, 201, "{spawned}");
    spawned
}

/// Waits for the story to end and answers it.
async fn ended(errand: &Errand, spawned: &Value) -> Value {
    until("the end of the story", || async {
        let mut stories = errand.api.stories().await.into_iter();
        let story = stories.find(|s| s["id"] == spawned["storyId"])?;
        let over = ["completed", "failed", "cancelled"].contains(&text(&story, "status"));
        over.then_some(story)
    })
    .await
}

/// The path of a page of the sandbox.
fn path(url: &str) -> &str {
    url.find("/sandbox").map_or(url, |at| &url[at..])
}

/// The code is in the story, its session and its page; chat, Linear and Slack say it and what to do.
async fn is_told_everywhere(errand: &Errand, spawned: &Value, code: &str, advice: &str) {
    let story = ended(errand, spawned).await;
    assert_eq!(text(&story, "outcome"), code, "{story}");
    let session = format!("/api/v1/sessions/{}", text(&story, "sessionId"));
    assert_eq!(text(&errand.api.get(&session).await, "outcome"), code);
    let chat = text(spawned, "conversationId");
    let words = format!("Outcome `{code}`. {advice}");
    errand.api.hear(chat, &words).await;
    for page in [
        path(text(&story, "linearIssueUrl")),
        "/sandbox/slack/general",
        &format!("/stories/{}", text(&story, "id")),
    ] {
        until(&format!("{code} at {page}"), || async {
            let shown = errand.api.page(page).await;
            (shown.contains(code) && shown.contains(advice)).then_some(())
        })
        .await;
    }
}

/// The story's branch at the forge has the work, and chat, Linear and Slack link it.
async fn partial_work_is_linked(errand: &Errand, spawned: &Value) {
    let story = ended(errand, spawned).await;
    let (url, branch) = (text(&story, "branchUrl"), text(&story, "branch"));
    assert!(
        branch.starts_with("errand/") && url.ends_with(branch),
        "{story}"
    );
    let page = errand.api.page(path(url)).await;
    assert!(page.contains(&format!("Commits on {branch}")), "{page}");
    let chat = text(spawned, "conversationId");
    errand.api.hear(chat, &format!("[{branch}]({url})")).await;
    for page in [
        path(text(&story, "linearIssueUrl")),
        "/sandbox/slack/general",
    ] {
        until(&format!("the branch at {page}"), || async {
            errand.api.page(page).await.contains(url).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn every_failure_has_its_code_and_the_advice_reaches_chat_linear_and_slack() {
    let errand = up(BREAKER).await;
    for (agent, prompt, code, advice) in [
        (
            "codegen",
            "demo:nothing",
            "no_changes",
            "Say more exactly what is wanted",
        ),
        ("codegen", "demo:crash", "crashed", "Read its last words"),
        ("codegen", "demo:refuse", "refused", "Say it in other words"),
        ("breaker", "tidy up", "checks_failed", "Look at the check"),
    ] {
        let spawned = spawn(&errand, agent, prompt).await;
        is_told_everywhere(&errand, &spawned, code, advice).await;
    }
}

#[tokio::test]
async fn partial_work_is_linked_where_people_read_of_the_failure() {
    let errand = up(BREAKER).await;
    let spawned = spawn(&errand, "breaker", "tidy up").await;
    partial_work_is_linked(&errand, &spawned).await;
    let story = ended(&errand, &spawned).await;
    let (_, said) = errand.typed(&["show", text(&story, "id")]).await;
    let url = text(&story, "branchUrl");
    assert!(
        said.contains("What to do: Look at the check") && said.contains(url),
        "{said}"
    );
}

#[tokio::test]
async fn a_cancelled_story_says_so_by_its_code() {
    let errand = up("").await;
    let spawned = spawn(&errand, "codegen", "demo:slow add a contact form").await;
    errand.api.story_is("in_progress").await;
    let (ok, said) = errand.typed(&["cancel", text(&spawned, "storyId")]).await;
    assert!(ok, "{said}");
    let story = ended(&errand, &spawned).await;
    assert_eq!(text(&story, "outcome"), "cancelled", "{story}");
}
