//! A running sandbox on a free port, and a working copy to push from.

use std::path::Path;
use std::time::Duration;

use errand_sandbox::{Sandbox, SandboxConfig};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::process::Command;

/// Longer than anything here takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A sandbox that serves until it is dropped.
pub struct Running {
    pub sandbox: Sandbox,
    /// Without a slash at the end.
    pub url: String,
    pub http: reqwest::Client,
    _folder: Option<TempDir>,
    _server: Server,
}

/// The server's task, which ends with its owner.
struct Server(tokio::task::JoinHandle<()>);

impl Drop for Server {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Running {
    pub async fn start() -> Self {
        let folder = TempDir::new().expect("a folder");
        let running = Self::start_at(folder.path()).await;
        Self {
            _folder: Some(folder),
            ..running
        }
    }

    pub async fn start_at(folder: &Path) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!(
            "http://{}/sandbox",
            listener.local_addr().expect("an address")
        );
        let config = SandboxConfig {
            data_dir: folder.to_owned(),
            public_url: url.clone(),
        };
        let sandbox = Sandbox::open(config).expect("a sandbox");
        sandbox.set_word_pace(Duration::ZERO);
        let app = axum::Router::new().nest("/sandbox", sandbox.router());
        let server = Server(tokio::spawn(async move {
            axum::serve(listener, app).await.expect("the server runs")
        }));
        let http = reqwest::Client::builder()
            .user_agent("errand-test")
            .timeout(PATIENCE)
            .build()
            .expect("a client");
        Self {
            sandbox,
            url,
            http,
            _folder: None,
            _server: server,
        }
    }

    pub async fn linear(&self, query: &str, variables: Value) -> (u16, Value) {
        let request = self
            .http
            .post(format!("{}/linear/graphql", self.url))
            .header("authorization", "lin_api_test");
        let response = request
            .json(&json!({"query": query, "variables": variables}))
            .send()
            .await
            .expect("an answer");
        (
            response.status().as_u16(),
            response.json().await.expect("JSON"),
        )
    }

    pub async fn slack(&self, method: &str, parameters: Value) -> Value {
        let request = self
            .http
            .post(format!("{}/slack/api/{method}", self.url))
            .bearer_auth("xoxb-test");
        request
            .json(&parameters)
            .send()
            .await
            .expect("an answer")
            .json()
            .await
            .expect("JSON")
    }

    pub fn github(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = method.parse().expect("a method");
        self.http
            .request(method, format!("{}/github{path}", self.url))
            .bearer_auth("ghp_test")
    }

    /// A repository with `main` and a branch `errand/capture` that adds two files and changes one; its working copy.
    pub async fn repository_with_a_branch(&self, owner: &str, name: &str) -> TempDir {
        self.sandbox
            .ensure_repository(owner, name)
            .await
            .expect("a repository");
        let copy = TempDir::new().expect("a folder");
        let path = copy.path();
        git(path, &["init", "--quiet", "--initial-branch=main", "."]).await;
        git(
            path,
            &[
                "remote",
                "add",
                "origin",
                &format!("{}/git/{owner}/{name}.git", self.url),
            ],
        )
        .await;
        write(path, "index.html", "<h1>Hello</h1>\n<p>old</p>\n");
        commit(path, "The site").await;
        push(path, "main").await;
        git(path, &["switch", "--quiet", "-c", "errand/capture"]).await;
        write(path, "index.html", "<h1>Hello</h1>\n<form></form>\n");
        write(
            path,
            "capture.js",
            "export const a = 1;\nexport const b = 2;\n",
        );
        commit(path, "Email capture").await;
        push(path, "errand/capture").await;
        copy
    }
}

pub fn write(folder: &Path, name: &str, content: &str) {
    std::fs::write(folder.join(name), content).expect("written");
}

pub async fn commit(folder: &Path, message: &str) {
    git(folder, &["add", "--all"]).await;
    git(folder, &["commit", "--quiet", "-m", message]).await;
}

pub async fn push(folder: &Path, branch: &str) {
    git(folder, &["push", "--quiet", "origin", branch]).await;
}

/// Runs git with a token for the sandbox; panics with what git wrote when it fails.
pub async fn git(folder: &Path, arguments: &[&str]) -> String {
    let (succeeded, output) = try_git(folder, arguments, Some("token")).await;
    assert!(succeeded, "git {arguments:?}: {output}");
    output
}

/// Runs git; whether it succeeded, and everything it wrote.
pub async fn try_git(folder: &Path, arguments: &[&str], token: Option<&str>) -> (bool, String) {
    use base64::Engine;
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_AUTHOR_NAME", "Ada")
        .env("GIT_AUTHOR_EMAIL", "ada@example.com")
        .env("GIT_COMMITTER_NAME", "Ada")
        .env("GIT_COMMITTER_EMAIL", "ada@example.com");
    if let Some(token) = token {
        let encoded =
            base64::engine::general_purpose::STANDARD.encode(format!("x-access-token:{token}"));
        command
            .env("GIT_CONFIG_COUNT", "1")
            .env("GIT_CONFIG_KEY_0", "http.extraHeader")
            .env(
                "GIT_CONFIG_VALUE_0",
                format!("Authorization: Basic {encoded}"),
            );
    }
    let output = command.output().await.expect("git runs");
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}
