//! What can be configured, and by which key: environment variables, and `errand.toml` for the same names.
//!
//! Vendors keep the names that their own tools use. A key in the environment wins over the file.
use anyhow::{Context, bail};
use secrecy::SecretString;
use serde::Deserialize;
use std::{collections::BTreeMap, path::PathBuf};

const FILE: &str = "errand";
/// Variables read from the environment; the file takes the same names in lower case.
const KEYS: &[&str] = &[
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_BASE_URL",
    "ERRAND_ACCESS_TOKEN",
    "ERRAND_AGENT_COMMAND",
    "ERRAND_AGENT_NETWORK",
    "ERRAND_AGENT_WRITABLE",
    "ERRAND_AUTO_SAFE_AGENTS",
    "ERRAND_BATCH_SECONDS",
    "ERRAND_DATABASE_URL",
    "ERRAND_GITHUB_APP_ID",
    "ERRAND_GITHUB_APP_KEY_FILE",
    "ERRAND_HEAD_OF_PRODUCT_FILE",
    "ERRAND_ISOLATION",
    "ERRAND_LEASE_SECONDS",
    "ERRAND_LISTEN",
    "ERRAND_LLM_MODEL",
    "ERRAND_LLM_PROVIDER",
    "ERRAND_NATS_CA_FILE",
    "ERRAND_NATS_CERT_FILE",
    "ERRAND_NATS_CREDS_FILE",
    "ERRAND_NATS_KEY_FILE",
    "ERRAND_NATS_NKEY_FILE",
    "ERRAND_NATS_PASSWORD",
    "ERRAND_NATS_PREFIX",
    "ERRAND_NATS_REPLICAS",
    "ERRAND_NATS_TOKEN",
    "ERRAND_NATS_URL",
    "ERRAND_NATS_USER",
    "ERRAND_POLICY",
    "ERRAND_PROJECT",
    "ERRAND_PUBLIC_URL",
    "ERRAND_PULL_REQUEST_DRAFT",
    "ERRAND_REPO",
    "ERRAND_SANDBOX_URL",
    "ERRAND_SESSIONS_PER_PROJECT",
    "ERRAND_RUN_SECONDS",
    "ERRAND_SLOTS",
    "ERRAND_SPAWNS_PER_USER_HOUR",
    "ERRAND_SPAWNS_PER_WORKSPACE_HOUR",
    "ERRAND_STALL_SECONDS",
    "ERRAND_WORKSPACES_BYTES",
    "ERRAND_WORKTREE_BYTES",
    "GITHUB_API_URL",
    "GITHUB_TOKEN",
    "LINEAR_API_KEY",
    "LINEAR_API_URL",
    "LINEAR_POLL_SECONDS",
    "LINEAR_TEAM",
    "LINEAR_WEBHOOK_SECRET",
    "OLLAMA_BASE_URL",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "SLACK_API_URL",
    "SLACK_BOT_TOKEN",
    "SLACK_CHANNEL",
    "SLACK_SIGNING_SECRET",
];

/// The whole configuration. Unknown keys in the file stop the start and are named.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `[agents.NAME]`: kinds of agents, read by the wiring of agents.
    pub agents: BTreeMap<String, serde_json::Value>,
    pub anthropic_api_key: Option<SecretString>,
    pub anthropic_base_url: Option<String>,
    /// What a person or program must show to be served.
    pub errand_access_token: Option<SecretString>,
    /// An ACP agent and its arguments, used for every kind of agent instead of the demo agent.
    pub errand_agent_command: Option<String>,
    /// full, vendors or none.
    pub errand_agent_network: Option<String>,
    /// Folders that the agent of `errand_agent_command` may write to beside its worktree, with colons between.
    pub errand_agent_writable: Option<String>,
    /// The kinds of agents that may begin without approval, with commas between; the others need it.
    pub errand_auto_safe_agents: Option<String>,
    /// How long a batch waits for its stories before it is reported without them.
    pub errand_batch_seconds: Option<u64>,
    pub errand_database_url: Option<SecretString>,
    /// The id of a GitHub App, used instead of a token.
    pub errand_github_app_id: Option<String>,
    /// The private key of that App, in PEM.
    pub errand_github_app_key_file: Option<PathBuf>,
    /// A system prompt for the chat instead of the shipped one; its first line is `version: …`.
    pub errand_head_of_product_file: Option<PathBuf>,
    /// preferred, required or off.
    pub errand_isolation: Option<String>,
    /// An executor that says nothing for so long has lost its sessions.
    pub errand_lease_seconds: Option<u64>,
    /// Where pages, health and metrics are served.
    pub errand_listen: Option<std::net::SocketAddr>,
    /// How much the model takes, request and reply together.
    pub errand_llm_context_tokens: Option<u32>,
    pub errand_llm_model: Option<String>,
    /// anthropic, openai or ollama.
    pub errand_llm_provider: Option<String>,
    /// Certificates to trust beside the system's, in PEM.
    pub errand_nats_ca_file: Option<PathBuf>,
    /// A client certificate and its key in PEM, where the servers want one.
    pub errand_nats_cert_file: Option<PathBuf>,
    pub errand_nats_creds_file: Option<PathBuf>,
    pub errand_nats_key_file: Option<PathBuf>,
    /// A file with the seed of a user nkey.
    pub errand_nats_nkey_file: Option<PathBuf>,
    pub errand_nats_password: Option<SecretString>,
    /// Sets this log apart from others on the same servers.
    pub errand_nats_prefix: Option<String>,
    /// Copies of each stream.
    pub errand_nats_replicas: Option<usize>,
    pub errand_nats_token: Option<SecretString>,
    pub errand_nats_url: Option<SecretString>,
    pub errand_nats_user: Option<String>,
    /// auto_safe or needs_approval.
    pub errand_policy: Option<String>,
    /// The project's id, where it is not the repository's name.
    pub errand_project: Option<String>,
    /// Under which address people open the dashboard.
    pub errand_public_url: Option<String>,
    pub errand_repo: Option<String>,
    pub errand_sandbox_url: Option<String>,
    pub errand_sessions_per_project: Option<usize>,
    /// Longest run of an agent.
    pub errand_run_seconds: Option<u64>,
    /// Sessions run at once.
    pub errand_slots: Option<usize>,
    /// Agents that one person may spawn in an hour.
    pub errand_spawns_per_user_hour: Option<u32>,
    /// Agents that all together may spawn in an hour.
    pub errand_spawns_per_workspace_hour: Option<u32>,
    /// Longest silence of an agent.
    pub errand_stall_seconds: Option<u64>,
    /// What all workspaces together may take on disk.
    pub errand_workspaces_bytes: Option<u64>,
    /// What one session's folder may take on disk.
    pub errand_worktree_bytes: Option<u64>,
    /// Open pull requests as drafts.
    pub errand_pull_request_draft: Option<bool>,
    pub github_api_url: Option<String>,
    pub github_token: Option<SecretString>,
    pub linear_api_key: Option<SecretString>,
    pub linear_api_url: Option<String>,
    /// How often Linear is asked for cancelled issues.
    pub linear_poll_seconds: Option<u64>,
    pub linear_team: Option<String>,
    /// Linear's calls are signed with it.
    pub linear_webhook_secret: Option<SecretString>,
    pub ollama_base_url: Option<String>,
    pub openai_api_key: Option<SecretString>,
    pub openai_base_url: Option<String>,
    pub slack_api_url: Option<String>,
    pub slack_bot_token: Option<SecretString>,
    pub slack_channel: Option<String>,
    /// Slack's calls about pressed buttons are signed with it.
    pub slack_signing_secret: Option<SecretString>,
}

const MAX_SLOTS: usize = 64;
/// JetStream keeps no more copies of a stream.
const MAX_REPLICAS: usize = 5;
const MAX_RUN_SECONDS: u64 = 24 * 60 * 60;

impl Config {
    /// # Errors
    /// A key is unknown or its value does not fit; the message names the key.
    pub fn load() -> anyhow::Result<Self> {
        let file = config::File::with_name(FILE).required(false);
        let mut builder = config::Config::builder().add_source(file);
        for (key, value) in environment() {
            builder = builder.set_override(key.to_lowercase(), value)?;
        }
        let config: Self = builder
            .build()
            .context("errand.toml cannot be read")?
            .try_deserialize()
            .context("the configuration (errand.toml or the environment) has a mistake")?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> anyhow::Result<()> {
        if let Some(policy) = &self.errand_policy
            && policy != "auto_safe"
            && policy != "needs_approval"
        {
            bail!("ERRAND_POLICY is {policy:?}: use auto_safe or needs_approval");
        }
        for (key, value) in [
            ("ERRAND_SLOTS", self.errand_slots),
            (
                "ERRAND_SESSIONS_PER_PROJECT",
                self.errand_sessions_per_project,
            ),
        ] {
            if value.is_some_and(|n| n == 0 || n > MAX_SLOTS) {
                bail!("{key} must be between 1 and {MAX_SLOTS}");
            }
        }
        if self
            .errand_nats_replicas
            .is_some_and(|n| n == 0 || n > MAX_REPLICAS)
        {
            bail!("ERRAND_NATS_REPLICAS must be between 1 and {MAX_REPLICAS}");
        }
        for (key, value) in [
            ("ERRAND_RUN_SECONDS", self.errand_run_seconds),
            ("ERRAND_BATCH_SECONDS", self.errand_batch_seconds),
            ("ERRAND_STALL_SECONDS", self.errand_stall_seconds),
            ("ERRAND_LEASE_SECONDS", self.errand_lease_seconds),
            ("LINEAR_POLL_SECONDS", self.linear_poll_seconds),
        ] {
            if value.is_some_and(|n| n == 0 || n > MAX_RUN_SECONDS) {
                bail!("{key} must be between 1 and {MAX_RUN_SECONDS}");
            }
        }
        Ok(())
    }

    pub fn policy(&self) -> String {
        let policy = self.errand_policy.as_deref();
        policy.unwrap_or("auto_safe").to_owned()
    }
}

/// An empty variable counts as not set.
fn environment() -> BTreeMap<&'static str, String> {
    let value = |key: &&'static str| {
        let value = std::env::var(key).ok().filter(|v| !v.trim().is_empty())?;
        Some((*key, value))
    };
    KEYS.iter().filter_map(value).collect()
}
