//! Secrets that an agent comes across: in no event, no table, no log line and on no page.
use super::harness::{Errand, program, text};
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// Configured, so known by its value.
const CONFIGURED: &str = "planted-configured-value-4711";
/// Known by the shape that GitHub gives its tokens.
const SHAPED: &str = "ghp_planted0123456789abcdefghijABCDEFGHIJ";

/// An agent that says both in everything it can say, once cut in the middle, and leaves them in a file.
const AGENT: &str = r#"half=${CONFIGURED:0:12}
think "The value is $half"
tell "{\"sessionUpdate\":\"plan\",\"entries\":[{\"content\":\"Use $SHAPED\",\"priority\":\"high\",\"status\":\"completed\"}]}"
think "${CONFIGURED:12} and the token $SHAPED."
tell "{\"sessionUpdate\":\"tool_call\",\"toolCallId\":\"1\",\"title\":\"cat $SHAPED\",\"status\":\"pending\",\"rawInput\":{\"token\":\"$CONFIGURED\"}}"
tell "{\"sessionUpdate\":\"tool_call_update\",\"toolCallId\":\"1\",\"status\":\"completed\",\"rawOutput\":\"$SHAPED $(env | grep -c PLANTED_IN_THE_SHELL) variables\"}"
echo "token = $SHAPED, password = $CONFIGURED" > notes.txt
tell "{\"sessionUpdate\":\"agent_message_chunk\",\"content\":{\"type\":\"text\",\"text\":\"Done with $CONFIGURED and $SHAPED\"}}"
if printf '%s' "$request" | grep -q crash; then echo "cannot log in with $CONFIGURED or $SHAPED" >&2; exit 3; fi
answer '{"stopReason":"end_turn"}'
"#;

fn agent(folder: &Path) -> PathBuf {
    let values = format!("CONFIGURED={CONFIGURED}\nSHAPED={SHAPED}\n");
    program::write_acp(folder, &values, AGENT)
}

/// Files below `folder` that hold a secret; the repositories in which agents work are theirs to fill.
fn files_with_secrets(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            if !path.ends_with("workspaces") && !path.ends_with(".git") {
                files_with_secrets(&path, found);
            }
        } else if let Ok(bytes) = fs::read(&path) {
            let text = String::from_utf8_lossy(&bytes);
            if [CONFIGURED, &CONFIGURED[12..], SHAPED]
                .iter()
                .any(|secret| text.contains(secret))
            {
                found.push(path.display().to_string());
            }
        }
    }
}

#[tokio::test]
async fn a_secret_that_an_agent_says_is_stored_logged_and_shown_nowhere() {
    let folder = TempDir::new().unwrap();
    let program = agent(folder.path());
    let environment = [
        ("ERRAND_AGENT_COMMAND", program.to_str().unwrap()),
        ("GITHUB_TOKEN", CONFIGURED),
        ("PLANTED_IN_THE_SHELL", "not for agents"),
        ("ERRAND_LOG", "debug"),
    ];
    let errand = Errand::up_with(&[], &environment).await;
    let mut pages = Vec::new();
    for (prompt, end) in [("write notes", "🎉"), ("crash", "cannot log in")] {
        let wish = json!({"agent": "codegen", "prompt": prompt});
        let (_, spawned) = errand.api.post("/api/v1/stories", &wish).await;
        errand.api.hear(text(&spawned, "conversationId"), end).await;
        let (story, chat) = (text(&spawned, "storyId"), text(&spawned, "conversationId"));
        pages.push(errand.api.page(&format!("/stories/{story}")).await);
        pages.push(errand.api.page(&format!("/api/v1/stories/{story}")).await);
        pages.push(
            errand
                .api
                .page(&format!("/api/v1/conversations/{chat}/messages"))
                .await,
        );
    }
    pages.push(errand.api.page("/api/v1/sessions").await);
    pages.push(errand.api.page("/api/v1/events").await);
    for page in &pages {
        assert!(!page.contains("planted"), "{page}");
    }
    assert!(pages[0].contains("[redacted secret]"), "{}", pages[0]);
    assert!(pages[0].contains("[redacted GitHub token]") && pages[0].contains("0 variables"));
    let mut found = Vec::new();
    files_with_secrets(errand.data.path(), &mut found);
    assert_eq!(found, Vec::<String>::new());
}
