//! The agents of this installation: what the chat offers and what the executor runs.
use crate::config::Config;
use anyhow::Context;
use errand_chat::AgentKind;
use errand_executor::{
    confine::{AgentAccess, Confinement, Helper, Host, Isolation, Network},
    runner::{AcpRunner, AgentCommand, AgentRunner},
};
use std::{collections::HashMap, path::PathBuf, sync::Arc};

/// Where agents that people use keep their login and their sessions.
const AGENT_STATE: &[&str] = &[
    "~/.claude",
    "~/.claude.json",
    "~/.codex",
    "~/.gemini",
    "~/.config/opencode",
    "~/.local/share/opencode",
];

/// Kind, name, and what the model chooses by.
const KINDS: &[(&str, &str, &str)] = &[
    (
        "codegen",
        "Code Generation",
        "builds, changes and fixes code",
    ),
    (
        "security",
        "Security",
        "looks for weaknesses and writes a report with findings by file and line",
    ),
    (
        "seo",
        "SEO",
        "checks pages for search engines and writes a report with findings by file and line",
    ),
    (
        "performance",
        "Performance",
        "looks for what makes pages slow and writes a report with findings by file and line",
    ),
    (
        "accessibility",
        "Accessibility",
        "looks for what keeps people out and writes a report with findings by file and line",
    ),
];

/// What the chat offers.
pub fn kinds() -> Vec<AgentKind> {
    let kind = |(kind, name, description): &(&str, &str, &str)| AgentKind {
        kind: (*kind).to_owned(),
        name: (*name).to_owned(),
        description: (*description).to_owned(),
    };
    KINDS.iter().map(kind).collect()
}

/// What the executor runs: the configured command, else the demo agent of this very binary.
///
/// # Errors
/// The own binary cannot be found, the configured command is empty, or isolation is required and cannot be had.
pub fn runners(
    config: &Config,
    host: &Host,
) -> anyhow::Result<HashMap<String, Arc<dyn AgentRunner>>> {
    let confinement = confinement(config, host)?;
    if let Some(warning) = confinement.warning() {
        tracing::warn!("{warning}");
    }
    let command = command(config)?.confined(confinement);
    let runner: Arc<dyn AgentRunner> = Arc::new(AcpRunner::new(command));
    let entry = |(kind, _, _): &(&str, &str, &str)| ((*kind).to_owned(), Arc::clone(&runner));
    Ok(KINDS.iter().map(entry).collect())
}

/// What the agent is held by.
fn confinement(config: &Config, host: &Host) -> anyhow::Result<Confinement> {
    let isolation = config.errand_isolation.as_deref().map(str::parse);
    let isolation: Isolation = isolation
        .transpose()
        .context("ERRAND_ISOLATION")?
        .unwrap_or_default();
    let helper = Helper {
        program: std::env::current_exe().context("the path of this program is unknown")?,
        arguments: vec![crate::CONFINE.into()],
    };
    let confinement = Confinement::new(isolation, access(config)?, host, helper);
    confinement.context("agents cannot be confined")
}

/// The demo agent needs nothing but its worktree; of other agents we know where the usual ones keep their login.
fn access(config: &Config) -> anyhow::Result<AgentAccess> {
    let network = config.errand_agent_network.as_deref().map(str::parse);
    let network: Option<Network> = network.transpose().context("ERRAND_AGENT_NETWORK")?;
    if config.errand_agent_command.is_none() {
        return Ok(AgentAccess {
            network: network.unwrap_or(Network::None),
            ..AgentAccess::default()
        });
    }
    let more = config
        .errand_agent_writable
        .iter()
        .flat_map(std::env::split_paths);
    Ok(AgentAccess {
        network: network.unwrap_or_default(),
        writable: AGENT_STATE.iter().map(PathBuf::from).chain(more).collect(),
        ..AgentAccess::default()
    })
}

fn command(config: &Config) -> anyhow::Result<AgentCommand> {
    let Some(line) = &config.errand_agent_command else {
        let own = std::env::current_exe().context("the path of this program is unknown")?;
        let mut command = AgentCommand::new(own, ["agent", "demo"]);
        // The demo agent's pace is the one thing that may be set from outside.
        if let Ok(pace) = std::env::var("ERRAND_DEMO_PACE_MS") {
            command = command.with_env("ERRAND_DEMO_PACE_MS", pace);
        }
        return Ok(command);
    };
    let mut words = line.split_whitespace();
    let program = words.next().context("ERRAND_AGENT_COMMAND is empty")?;
    Ok(AgentCommand::new(program, words))
}
