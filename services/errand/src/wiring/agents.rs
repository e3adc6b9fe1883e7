//! The agents of this installation: what the chat offers and what the executor runs.
use crate::config::Config;
use anyhow::Context;
use errand_chat::AgentKind;
use errand_executor::runner::{AcpRunner, AgentCommand, AgentRunner};
use std::{collections::HashMap, sync::Arc};

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
/// The own binary cannot be found, or the configured command is empty.
pub fn runners(config: &Config) -> anyhow::Result<HashMap<String, Arc<dyn AgentRunner>>> {
    let command = command(config)?;
    let runner: Arc<dyn AgentRunner> = Arc::new(AcpRunner::new(command));
    let entry = |(kind, _, _): &(&str, &str, &str)| ((*kind).to_owned(), Arc::clone(&runner));
    Ok(KINDS.iter().map(entry).collect())
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
