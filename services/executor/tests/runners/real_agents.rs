//! Agents as their makers ship them, with the sandbox as their language model: nothing leaves this machine.
//!
//! They are not part of a Rust build, so their tests run only where they are: `npm ci` in `tests/agents`, then
//! ERRAND_TEST_AGENTS=…/tests/agents/node_modules.

use std::path::{Path, PathBuf};
use std::time::Duration;

use errand_executor::runner::{AcpRunner, AgentCommand, ClaudeCodeRunner, ClaudeSettings};
use errand_sandbox::{Sandbox, SandboxConfig};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// The agents, the model they speak to, and their home.
pub(crate) struct RealAgents {
    modules: PathBuf,
    url: String,
    home: TempDir,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for RealAgents {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl RealAgents {
    /// `None` where the packages are missing, with a word on how to get them.
    pub(crate) async fn installed() -> Option<Self> {
        let Some(modules) = std::env::var_os("ERRAND_TEST_AGENTS") else {
            println!(
                "skipped: ERRAND_TEST_AGENTS does not name a folder with the packages of tests/agents/package.json"
            );
            return None;
        };
        let _ = rustls::crypto::ring::default_provider().install_default();
        let home = TempDir::new().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/sandbox", listener.local_addr().unwrap());
        let sandbox = Sandbox::open(SandboxConfig {
            data_dir: home.path().join("sandbox"),
            public_url: url.clone(),
        })
        .unwrap();
        sandbox.set_word_pace(Duration::ZERO);
        let app = axum::Router::new().nest("/sandbox", sandbox.router());
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Some(Self {
            modules: modules.into(),
            url,
            home,
            server,
        })
    }

    pub(crate) fn claude_code(&self) -> ClaudeCodeRunner {
        let command = AgentCommand::new(self.claude(), [""; 0]);
        ClaudeCodeRunner::new(self.at_home(command), ClaudeSettings::default())
    }

    pub(crate) fn claude_acp(&self) -> AcpRunner {
        let adapter = "@agentclientprotocol/claude-agent-acp/dist/index.js";
        let adapter = self.modules.join(adapter).display().to_string();
        AcpRunner::new(self.at_home(AgentCommand::new("node", [adapter])))
    }

    /// The program itself; the package's own start script is made by an install script, which is not run.
    fn claude(&self) -> PathBuf {
        let folder = self.modules.join("@anthropic-ai");
        let entries = std::fs::read_dir(&folder).unwrap().flatten();
        let is_program = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            name.starts_with("claude-code-") && path.join("claude").is_file()
        };
        let package = entries.map(|it| it.path()).find(is_program);
        package
            .expect("the program for this machine is installed")
            .join("claude")
    }

    fn at_home(&self, command: AgentCommand) -> AgentCommand {
        let home: &Path = self.home.path();
        command
            .with_env("HOME", home.display().to_string())
            .with_env("ANTHROPIC_BASE_URL", format!("{}/anthropic", self.url))
            .with_env("ANTHROPIC_API_KEY", "sk-ant-sandbox".to_owned())
            .with_env("DISABLE_TELEMETRY", "1".to_owned())
            .with_env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1".to_owned())
    }
}
