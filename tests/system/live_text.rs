//! What an agent does, as it reaches an open page: words before they are recorded, and long outputs whole.
use super::harness::{Errand, program, text, until};
use futures::StreamExt as _;
use serde_json::json;
use tempfile::TempDir;

/// Known by the shape that GitHub gives its tokens.
const SECRET: &str = "ghp_planted0123456789abcdefghijABCDEFGHIJ";

/// Says a text in pieces, one of which ends within a secret, and does not go on before somebody has read it. Who opens
/// the page late sees it with the next piece.
const AGENT: &str = r#"think "I found ${SECRET:0:14}"
think "${SECRET:14} in the **settings**, and go on"
until [ -e go-on ]; do think .; sleep 0.1; done
rm go-on
tell '{"sessionUpdate":"tool_call","toolCallId":"1","title":"count","name":"count","status":"pending"}'
lines=$(for n in $(seq 1 6000); do printf 'line %s\\n' "$n"; done)
tell "{\"sessionUpdate\":\"tool_call_update\",\"toolCallId\":\"1\",\"status\":\"completed\",\"rawOutput\":\"$lines$SECRET\"}"
echo done > notes.txt
answer '{"stopReason":"end_turn"}'
"#;

async fn errand(folder: &TempDir) -> Errand {
    let secret = format!("SECRET={SECRET}\n");
    let program = program::write_acp(folder.path(), &secret, AGENT);
    Errand::up_with(&[], &[("ERRAND_AGENT_COMMAND", program.to_str().unwrap())]).await
}

/// Reads a story's stream until `wanted` came, and answers all that came.
async fn read_until(errand: &Errand, story: &str, wanted: &str) -> String {
    let url = format!("{}/events?scope=story:{story}", errand.api.url);
    let mut stream = reqwest::get(url).await.unwrap().bytes_stream();
    let mut heard = String::new();
    let reading = async {
        while !heard.contains(wanted) {
            let bytes = stream.next().await.unwrap().unwrap();
            heard.push_str(&String::from_utf8_lossy(&bytes));
        }
    };
    let patience = std::time::Duration::from_secs(60);
    let read = tokio::time::timeout(patience, reading).await;
    assert!(read.is_ok(), "no {wanted:?} within {patience:?}: {heard}");
    heard
}

#[tokio::test]
async fn words_are_seen_before_they_are_recorded_and_a_long_output_is_found_whole() {
    let folder = TempDir::new().unwrap();
    let errand = errand(&folder).await;
    let wish = json!({"agent": "codegen", "prompt": "look around"});
    let (_, spawned) = errand.api.post("/api/v1/stories", &wish).await;
    let story = text(&spawned, "storyId");
    let session = errand.api.story_is("in_progress").await;
    let session = format!("/api/v1/sessions/{}", text(&session, "sessionId"));
    let heard = read_until(&errand, story, "<strong>settings</strong>").await;
    assert!(
        heard.contains("I found [redacted GitHub token] in the"),
        "{heard}"
    );
    assert!(!heard.contains("ghp_planted"), "{heard}");
    let trace = errand.api.get(&session).await["thinkingTrace"].to_string();
    assert!(!trace.contains("settings"), "recorded too early: {trace}");
    let tree = until("the work tree", || async { work_tree(&errand) }).await;
    std::fs::write(tree.join("go-on"), "").unwrap();
    errand.api.story_is("completed").await;

    let call = errand.api.get(&session).await["toolCalls"][0].take();
    assert!(text(&call, "output").contains("bytes left out"), "{call}");
    let whole = &call["wholeOutput"];
    let path = format!("{session}/attachments/{}", text(whole, "sha256"));
    let output = errand.api.page(&path).await;
    assert!(output.starts_with("line 1\nline 2\n") && output.contains("\nline 6000\n"));
    assert!(output.ends_with("[redacted GitHub token]"));
    assert_eq!(whole["bytes"], output.len());
    let page = errand.api.page(&format!("/stories/{story}")).await;
    let link = path.replace("/api/v1", "");
    assert!(
        page.contains(&format!("<a href=\"{link}\">The whole output (59 kB)</a>")),
        "{page}"
    );
    assert_eq!(errand.api.page(&link).await, output);
    let gone = errand.data.path().join("attachments");
    std::fs::remove_dir_all(gone).unwrap();
    let page = errand.api.page(&link).await;
    assert!(page.contains("This text is not on this machine."), "{page}");
}

/// The only work tree there is.
fn work_tree(errand: &Errand) -> Option<std::path::PathBuf> {
    let projects = std::fs::read_dir(errand.data.path().join("workspaces")).ok()?;
    let trees = projects
        .flatten()
        .map(|project| project.path().join("trees"));
    let mut found = trees.filter_map(|trees| std::fs::read_dir(trees).ok());
    Some(found.next()?.flatten().next()?.path())
}
