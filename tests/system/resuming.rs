//! kill -9 of an executor whose agent has a session of its own: it goes on, and nothing of the old run is left.
use super::{
    agents::with_claude,
    harness::{Api, Errand, text, until},
};
use serde_json::{Value, json};
use std::{fs, path::Path};
use tempfile::TempDir;

/// An agent that hangs in its first run, with a command in its process group that bears no mark and one that has left the
/// group, and does its work when its session is loaded.
const AGENT: &str = r#"
answer() { printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$id" "$1"; }
while read -r line; do
  id=$(printf '%s' "$line" | sed 's/.*"id":\("[^"]*"\|[0-9]*\).*/\1/')
  case "$line" in
    *'"initialize"'*) answer '{"protocolVersion":1,"agentCapabilities":{"loadSession":CAN_LOAD}}' ;;
    *'"session/new"'*) answer '{"sessionId":"session-of-the-agent"}' ;;
    *'"session/load"'*) printf '%s' "$line" > loaded.txt; answer '{}' ;;
    *'"session/prompt"'*)
      if [ -e half.txt ]; then
        printf '%s' "$line" > work.txt
        answer '{"stopReason":"end_turn"}'
      else
        env -i sleep MARK &
        setsid sleep MARK &
        echo half > half.txt
        wait
      fi ;;
  esac
done
"#;

struct Place {
    errand: Errand,
    /// What the commands of its agent are called by.
    mark: String,
}

async fn place(can_load: bool, mark: u32) -> Place {
    let folder = TempDir::new().unwrap();
    let mark = (1_000_000 + mark * 100_000 + std::process::id() % 100_000).to_string();
    let script = AGENT
        .replace("MARK", &mark)
        .replace("CAN_LOAD", &can_load.to_string());
    let file = folder.path().join("agent.sh");
    fs::write(&file, script).unwrap();
    let config = format!(
        "[agents.codegen]\ncommand = [\"sh\", \"{}\"]\n",
        file.display()
    );
    fs::write(folder.path().join("errand.toml"), config).unwrap();
    let errand = Errand::up_in(folder, &[], &[]).await;
    Place { errand, mark }
}

/// How many processes have this word in their command line.
fn running(word: &str) -> usize {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|it| fs::read(it.path().join("cmdline")).ok());
    let is_word = |line: &Vec<u8>| {
        line.split(|byte| *byte == 0)
            .any(|it| it == word.as_bytes())
    };
    lines.filter(is_word).count()
}

/// The file of this name in the work tree of the only session.
fn in_tree(data: &Path, name: &str) -> Option<String> {
    let projects = fs::read_dir(data.join("workspaces")).ok()?.flatten();
    let trees = projects.filter_map(|it| fs::read_dir(it.path().join("trees")).ok());
    let mut trees = trees.flat_map(Iterator::flatten);
    fs::read_to_string(trees.next()?.path().join(name)).ok()
}

async fn opened(api: &Api) -> Vec<Value> {
    let events = api.get("/api/v1/events?type=AgentSessionOpened").await;
    let events = events["events"].as_array().unwrap().clone();
    let mut data: Vec<_> = events.into_iter().map(|it| it["data"].clone()).collect();
    data.sort_by_key(|it| it["resumed"] == json!(true));
    data
}

/// Spawns, waits until the agent hangs, kills Errand, and starts it again.
async fn interrupted(place: &mut Place) -> String {
    let wish = json!({"agent": "codegen", "prompt": "write it down"});
    let (_, spawned) = place.errand.api.post("/api/v1/stories", &wish).await;
    let (errand, mark) = (&mut place.errand, &place.mark);
    until("the agent hangs", || async {
        let half = in_tree(errand.data.path(), "half.txt");
        (half.is_some() && running(mark) == 2).then_some(())
    })
    .await;
    errand.kill().await;
    assert_eq!(
        running(mark),
        2,
        "what the agent started lives on without Errand"
    );
    errand.start_again().await;
    text(&spawned, "conversationId").to_owned()
}

#[tokio::test]
async fn an_agent_that_can_goes_on_with_its_own_session() {
    let mut place = place(true, 1).await;
    let chat = interrupted(&mut place).await;
    let api = &place.errand.api;
    api.hear(&chat, "🎉 Code Generation complete! PR: ").await;
    assert_eq!(running(&place.mark), 0, "nothing of the old run is left");
    let opened = opened(api).await;
    let ids: Vec<_> = opened.iter().map(|it| text(it, "agentSessionId")).collect();
    assert_eq!(ids, ["session-of-the-agent"; 2], "{opened:?}");
    assert_eq!(opened[1]["resumed"], json!(true));
    let session = api.get("/api/v1/sessions").await["sessions"][0].take();
    let path = format!("/api/v1/sessions/{}", text(&session, "id"));
    let shown = api.get(&path).await.to_string();
    for words in [
        "goes on with its session",
        "loaded.txt",
        "You were interrupted",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
}

#[tokio::test]
async fn an_agent_that_cannot_begins_again_on_the_same_branch_and_that_is_said() {
    let mut place = place(false, 2).await;
    let chat = interrupted(&mut place).await;
    let api = &place.errand.api;
    api.hear(&chat, "🎉 Code Generation complete! PR: ").await;
    assert_eq!(running(&place.mark), 0, "nothing of the old run is left");
    let session = api.get("/api/v1/sessions").await["sessions"][0].take();
    let path = format!("/api/v1/sessions/{}", text(&session, "id"));
    let shown = api.get(&path).await.to_string();
    for words in ["begins again on the same branch", "write it down"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
}

#[tokio::test]
async fn the_real_claude_code_goes_on_with_its_own_session() {
    let Some(mut claude) = with_claude("").await else {
        return;
    };
    let errand = &mut claude.errand;
    let wish = json!({"agent": "codegen", "prompt": "Add HELLO.md sandbox:hang"});
    let (_, spawned) = errand.api.post("/api/v1/stories", &wish).await;
    until("it has written and hangs in a command", || async {
        let written = in_tree(errand.data.path(), "HELLO.md")?;
        written.contains("Checked with git status.").then_some(())
    })
    .await;
    errand.kill().await;
    errand.start_again().await;
    let chat = text(&spawned, "conversationId");
    errand
        .api
        .hear(chat, "🎉 Code Generation complete! PR: ")
        .await;
    let opened = opened(&errand.api).await;
    assert_eq!(opened.len(), 2, "{opened:?}");
    assert_eq!(opened[0]["agentSessionId"], opened[1]["agentSessionId"]);
    assert_eq!(opened[1]["resumed"], json!(true));
}
