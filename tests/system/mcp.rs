//! Another chat hands work over by the Model Context Protocol, with the official client.
use super::harness::{Errand, command, text, until};
use serde_json::{Value, json};
use std::{path::PathBuf, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

/// Where `tests/run` installs the client.
const TOOLS_VARIABLE: &str = "ERRAND_TEST_TOOLS";
const TOKEN: &str = "correct-horse-battery-staple";

/// A chat with the official client. Killed when dropped.
struct Chat {
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
    tools: Vec<String>,
    _child: Child,
}

impl Chat {
    /// `None`, said plainly, where the client is not installed.
    async fn open(kind: &str, target: &str, token: Option<&str>) -> Option<Self> {
        let tools = std::env::var_os(TOOLS_VARIABLE).map(|tools| PathBuf::from(tools).join("mcp"));
        let Some(folder) = tools.filter(|folder| folder.is_dir()) else {
            println!("skipped: {TOOLS_VARIABLE} names no folder with mcp; tests/run does");
            return None;
        };
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/mcp/client.mjs");
        let script_there = folder.join("client.mjs");
        std::fs::copy(script, &script_there).unwrap();
        let mut child = Command::new("node")
            .arg(script_there)
            .args([kind, target])
            .envs(token.map(|token| ("ERRAND_ACCESS_TOKEN", token)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut chat = Self {
            stdin: child.stdin.take().unwrap(),
            lines: BufReader::new(child.stdout.take().unwrap()).lines(),
            tools: Vec::new(),
            _child: child,
        };
        let listed = chat.answer().await;
        let names = listed["tools"].as_array().unwrap().iter();
        chat.tools = names.map(|tool| text(tool, "name").to_owned()).collect();
        Some(chat)
    }

    async fn over_stdio(errand: &Errand) -> Option<Self> {
        let words = [
            env!("CARGO_BIN_EXE_errand"),
            "--url",
            &errand.api.url,
            "mcp",
        ];
        Self::open("stdio", &json!(words).to_string(), None).await
    }

    /// The result of a call, which is no refusal.
    async fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let mut result = self.result(tool, arguments).await;
        assert_ne!(result["isError"], true, "{result}");
        result["structuredContent"].take()
    }

    /// What the model is told when Errand says no.
    async fn refusal(&mut self, tool: &str, arguments: Value) -> String {
        let result = self.result(tool, arguments).await;
        assert_eq!(result["isError"], true, "{result}");
        text(&result["content"][0], "text").to_owned()
    }

    async fn result(&mut self, tool: &str, arguments: Value) -> Value {
        let call = json!({"tool": tool, "arguments": arguments});
        self.stdin
            .write_all(format!("{call}\n").as_bytes())
            .await
            .unwrap();
        self.answer().await
    }

    async fn answer(&mut self) -> Value {
        let line = self.lines.next_line().await.unwrap();
        serde_json::from_str(&line.expect("the client is alive")).unwrap()
    }
}

#[tokio::test]
async fn a_chat_over_stdio_spawns_once_looks_and_cancels() {
    let errand = Errand::up(&[]).await;
    let Some(mut chat) = Chat::over_stdio(&errand).await else {
        return;
    };
    chat.tools.sort();
    assert_eq!(
        chat.tools,
        [
            "answer",
            "cancel",
            "list_agents",
            "spawn_agent",
            "story_status"
        ]
    );
    let wish =
        json!({"agent": "codegen", "prompt": "add a README section", "idempotency_key": "k-1"});
    let spawned = chat.call("spawn_agent", wish.clone()).await;
    let again = chat.call("spawn_agent", wish).await;
    assert_eq!(spawned["storyId"], again["storyId"]);
    let story = text(&spawned, "storyId").to_owned();
    errand.api.story_is("completed").await;
    let status = chat
        .call("story_status", json!({"story_id": &story[..8]}))
        .await;
    assert!(
        text(&status["story"], "prUrl").contains("/pull/"),
        "{status}"
    );
    assert_eq!(status["session"]["status"], "completed");
    assert!(
        !status["session"]["lastTurns"]
            .as_array()
            .unwrap()
            .is_empty()
    );

    let slow = json!({"agent": "codegen", "prompt": "demo:slow add a README section"});
    let slow = chat.call("spawn_agent", slow).await;
    chat.call(
        "cancel",
        json!({"story_id": slow["storyId"], "reason": "not now"}),
    )
    .await;
    let id = text(&slow, "storyId").to_owned();
    until("the story is cancelled", || async {
        let story = errand.api.get(&format!("/api/v1/stories/{id}")).await;
        (text(&story, "status") == "cancelled").then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_errand_refuses_is_told_to_the_model() {
    let mut errand = Errand::up(&[]).await;
    let Some(mut chat) = Chat::over_stdio(&errand).await else {
        return;
    };
    let unknown = json!({"agent": "painter", "prompt": "paint"});
    let said = chat.refusal("spawn_agent", unknown).await;
    assert!(
        said.contains("painter") && said.contains("codegen"),
        "{said}"
    );
    let said = chat
        .refusal("story_status", json!({"story_id": "../projects"}))
        .await;
    assert!(said.contains("no story"), "{said}");
    errand.interrupt().await;
    let said = chat.refusal("list_agents", json!({})).await;
    assert!(said.contains("start one with `errand up`"), "{said}");
}

#[tokio::test]
async fn over_http_a_chat_brings_the_access_token() {
    let errand = Errand::up_with(&[], &[("ERRAND_ACCESS_TOKEN", TOKEN)]).await;
    let mut served = command(&["--url", &errand.api.url, "mcp", "--listen", "127.0.0.1:0"])
        .env("ERRAND_ACCESS_TOKEN", TOKEN)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(served.stdout.take().unwrap()).lines();
    let line = lines.next_line().await.unwrap().unwrap();
    let url = line.split_once(": ").unwrap().1;
    let stranger = reqwest::Client::new()
        .post(url)
        .body("{}")
        .send()
        .await
        .unwrap();
    assert_eq!(stranger.status(), 401);
    let Some(mut chat) = Chat::open("http", url, Some(TOKEN)).await else {
        return;
    };
    let agents = chat.call("list_agents", json!({})).await;
    let kinds: Vec<_> = agents["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| text(a, "kind"))
        .collect();
    assert!(kinds.contains(&"codegen"), "{agents}");
}
