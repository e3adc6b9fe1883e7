//! What was made outlives the death of the process at any moment.

use std::process::Stdio;

use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::support::{PATIENCE, Running};

const FOLDER_VARIABLE: &str = "SANDBOX_TEST_FOLDER";
const CREATE: &str =
    "mutation { issueCreate(input: {teamId: \"ERR\", title: \"Kept\"}) { issue { identifier } } }";

/// Not a test of its own: the process that is killed below. Without the variable it does nothing.
#[tokio::test]
async fn a_sandbox_in_a_process_of_its_own() {
    let Some(folder) = std::env::var_os(FOLDER_VARIABLE) else {
        return;
    };
    let running = Running::start_at(folder.as_ref()).await;
    println!("serving {}", running.url);
    // The other end closes when the test that started this process is gone.
    let _ = tokio::io::stdin().read_to_end(&mut Vec::new()).await;
}

async fn start(folder: &TempDir) -> (Child, String) {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args([
            "--exact",
            "persistence::a_sandbox_in_a_process_of_its_own",
            "--nocapture",
        ])
        .env(FOLDER_VARIABLE, folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("a process");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let url = async {
        while let Some(line) = lines.next_line().await.expect("text") {
            if let Some((_, url)) = line.split_once("serving ") {
                return url.to_owned();
            }
        }
        panic!("the process ended without serving");
    };
    let url = tokio::time::timeout(PATIENCE, url)
        .await
        .expect("the process serves in time");
    (child, url)
}

#[tokio::test]
async fn issues_messages_and_repositories_survive_kill_9() {
    let folder = TempDir::new().expect("a folder");
    let (mut child, url) = start(&folder).await;
    let http = reqwest::Client::new();
    for _ in 0..20 {
        let request = http
            .post(format!("{url}/linear/graphql"))
            .header("authorization", "k");
        let answer = request
            .json(&json!({"query": CREATE}))
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 200);
    }
    let message = json!({"channel": "#errand", "text": "Kept"});
    http.post(format!("{url}/slack/api/chat.postMessage"))
        .bearer_auth("x")
        .json(&message)
        .send()
        .await
        .expect("an answer");
    child.kill().await.expect("killed");

    let running = Running::start_at(folder.path()).await;
    let made = running.sandbox.made().await.expect("counts");
    assert_eq!((made.issues, made.messages), (20, 1));
    let (_, next) = running.linear(CREATE, json!({})).await;
    assert_eq!(
        next["data"]["issueCreate"]["issue"]["identifier"], "ERR-21",
        "{next}"
    );
}

#[tokio::test]
async fn a_damaged_or_newer_database_is_refused_with_a_way_out() {
    let folder = TempDir::new().expect("a folder");
    std::fs::write(
        folder.path().join("sandbox.sqlite"),
        "this is no database at all, however long",
    )
    .expect("written");
    let config = errand_sandbox::SandboxConfig {
        data_dir: folder.path().to_owned(),
        public_url: "http://127.0.0.1:1/sandbox".to_owned(),
    };
    let refused = errand_sandbox::Sandbox::open(config)
        .err()
        .expect("refused")
        .to_string();
    assert!(refused.contains("remove sandbox.sqlite"), "{refused}");
}
