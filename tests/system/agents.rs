//! Kinds of agents as errand.toml describes them, the real ones among them.
use super::harness::{Errand, command, text};
use errand_sandbox::{Sandbox, SandboxConfig};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::TempDir;

fn folder_with(config: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("errand.toml"), config).unwrap();
    folder
}

async fn run_in(folder: &Path, arguments: &[&str]) -> (bool, String, String) {
    let mut command = command(arguments);
    let ended = command.current_dir(folder).output().await.unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (said, errors) = (said(&ended.stdout), said(&ended.stderr));
    (ended.status.success(), said, errors)
}

#[tokio::test]
async fn a_configured_agent_is_listed_offered_tried_and_run() {
    let config = r#"
[agents.writer]
name = "Writer"
description = "writes texts"
runner = "command"
command = ["sh", "-c", "cat > prompt.txt; echo I wrote it"]
checks = ["test -s prompt.txt"]

[agents.liar]
description = "says that it works"
runner = "command"
command = ["echo", "All done"]

[agents.breaker]
description = "breaks things"
runner = "command"
command = ["sh", "-c", "echo broken > page.txt"]
checks = ["echo 1 test failed; false"]
"#;
    let folder = folder_with(config);
    let (good, said, errors) = run_in(folder.path(), &["agents", "test", "writer"]).await;
    assert!(good, "{said}{errors}");
    assert!(
        said.contains("I wrote it") && said.contains("prompt.txt  +"),
        "{said}"
    );
    assert!(said.contains("✅ test -s prompt.txt"), "{said}");
    let (good, said, _) = run_in(folder.path(), &["agents", "test", "liar"]).await;
    assert!(!good && said.contains("It changed nothing"), "{said}");

    let errand = Errand::up_in(folder, &[], &[]).await;
    let url = ["agents", "--url", errand.api.url.as_str()];
    let (_, listed, errors) = run_in(errand.data.path(), &url).await;
    for line in ["codegen", "errand agent demo", "writes texts"] {
        assert!(listed.contains(line), "{line}: {listed}{errors}");
    }
    let wish = json!({"agent": "writer", "prompt": "a poem"});
    let (_, spawned) = errand.api.post("/api/v1/stories", &wish).await;
    let chat = text(&spawned, "conversationId");
    errand.api.hear(chat, "🎉 Writer complete! PR: ").await;
    let wish = json!({"agent": "breaker", "prompt": "tidy up"});
    let (_, spawned) = errand.api.post("/api/v1/stories", &wish).await;
    let chat = text(&spawned, "conversationId");
    errand.api.hear(chat, "1 test failed").await;
}

#[tokio::test]
async fn a_mistake_in_a_kind_of_agent_stops_the_start_and_is_named() {
    for (config, words) in [
        ("[agents.codegen]\nrunr = \"acp\"", "unknown field `runr`"),
        (
            "[agents.codegen.limits]\nmoney = 1",
            "unknown field `money`",
        ),
        (
            "[agents.writer]\nname = \"Writer\"",
            "description is missing",
        ),
        (
            "[agents.codegen]\nenv = [\"NO_SUCH_KEY\"]",
            "NO_SUCH_KEY, which is not set",
        ),
    ] {
        let folder = folder_with(config);
        let up = ["up", "--port", "0", "--data", "data"];
        let (started, _, errors) = run_in(folder.path(), &up).await;
        assert!(!started, "{config}");
        let line = errors.lines().find(|line| line.contains(words));
        let line = line.unwrap_or_else(|| panic!("{words}: {errors}"));
        assert!(line.contains("[agents."), "{line}");
    }
}

/// A language model that plays a coding agent, and the address of its API.
async fn model(folder: &Path) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/sandbox", listener.local_addr().unwrap());
    let sandbox = Sandbox::open(SandboxConfig {
        data_dir: folder.join("model"),
        public_url: url.clone(),
    })
    .unwrap();
    sandbox.set_word_pace(Duration::ZERO);
    let app = axum::Router::new().nest("/sandbox", sandbox.router());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    format!("{url}/anthropic")
}

/// An Errand whose agents are the real Claude Code, with a scripted model; its own folder and home go with it.
pub struct WithClaude {
    pub errand: Errand,
    home: TempDir,
}

/// `more` is added to the configuration of the code agent. `None`, said plainly, where the packages are missing.
pub async fn with_claude(more: &str) -> Option<WithClaude> {
    let Some(modules) = std::env::var_os("ERRAND_TEST_AGENTS") else {
        println!(
            "skipped: ERRAND_TEST_AGENTS does not name a folder with the packages of services/executor/tests/agents"
        );
        return None;
    };
    let modules = Path::new(&modules);
    let adapter = modules.join("@agentclientprotocol/claude-agent-acp/dist/index.js");
    let config = format!(
        r#"
[agents.codegen]
runner = "claude-code"
command = ["{}"]
env = ["ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY"]
{more}

[agents.security]
command = ["node", "{}"]
env = ["ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY"]
"#,
        claude(modules).display(),
        adapter.display()
    );
    let home = TempDir::new().unwrap();
    let url = model(home.path()).await;
    let environment = [
        ("ANTHROPIC_BASE_URL", url.as_str()),
        ("ANTHROPIC_API_KEY", "sk-ant-planted-key"),
        ("HOME", home.path().to_str().unwrap()),
    ];
    let errand = Errand::up_in(folder_with(&config), &[], &environment).await;
    Some(WithClaude { errand, home })
}

/// The program of the package for this machine.
fn claude(modules: &Path) -> PathBuf {
    let entries = fs::read_dir(modules.join("@anthropic-ai")).unwrap();
    let mut programs = entries
        .flatten()
        .map(|it| it.path().join("claude"))
        .filter(|path| path.is_file() && path.display().to_string().contains("/claude-code-"));
    programs.next().unwrap()
}

#[tokio::test]
async fn the_real_claude_code_and_its_acp_adapter_open_pull_requests() {
    let limits = "limits = { turns = 20, cost_usd = 1.0 }";
    let Some(WithClaude { errand, home }) = with_claude(limits).await else {
        return;
    };
    for (agent, name) in [("codegen", "Code Generation"), ("security", "Security")] {
        let wish = json!({"agent": agent, "prompt": "Add HELLO.md"});
        let (_, spawned) = errand.api.post("/api/v1/stories", &wish).await;
        let chat = text(&spawned, "conversationId");
        let complete = format!("🎉 {name} complete! PR: ");
        errand.api.hear(chat, &complete).await;
        let story = text(&spawned, "storyId");
        let path = format!("/api/v1/sessions?story={story}");
        let sessions = errand.api.get(&path).await;
        let id = text(&sessions["sessions"][0], "id").to_owned();
        let session = errand.api.get(&format!("/api/v1/sessions/{id}")).await;
        let shown = session.to_string();
        for part in ["HELLO.md", "git status", "completed"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        assert!(cost(&session) > 0, "{shown}");
        assert!(!shown.contains("planted-key"), "a key is never recorded");
    }
    let own = errand.data.path().join("agents/claude/projects");
    assert!(own.is_dir(), "sessions are kept in a folder of their own");
    for name in [".claude", ".claude.json"] {
        let persons = home.path().join(name);
        assert!(!persons.exists(), "{} was made", persons.display());
    }
}

fn cost(session: &Value) -> u64 {
    session["usage"]["costMicroUsd"]
        .as_u64()
        .unwrap_or_default()
}
