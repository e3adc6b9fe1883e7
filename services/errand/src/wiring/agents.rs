//! The agents of this installation: what the chat offers and what the executor runs.
use crate::config::Config;
use anyhow::{Context, anyhow};
use errand_chat::AgentKind;
use errand_dashboard::AgentInfo;
use errand_executor::{
    agents::{self, Agent, Catalogue, KindSettings, Workplace},
    confine::{AgentAccess, Confinement, Helper, Host, Isolation, Network},
    runner::{AgentCommand, PermissionPolicy, RunLimits},
};
use errand_spawner::story::retries::{Retries, RetryLimit};
use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    time::Duration,
};

/// Where agents that people use keep their login and their sessions.
const AGENT_STATE: &[&str] = &[
    "~/.claude",
    "~/.claude.json",
    "~/.codex",
    "~/.gemini",
    "~/.config/opencode",
    "~/.local/share/opencode",
];

/// The name of the demo agent's program.
pub const DEMO: &str = "errand agent demo";

/// The shipped kinds, changed and added to by `[agents.NAME]` in errand.toml.
///
/// # Errors
/// A kind has an unknown key, or a value that does not fit; the message names both.
pub fn catalogue(config: &Config) -> anyhow::Result<Catalogue> {
    let settings = |(kind, table): (&String, &serde_json::Value)| {
        let settings: KindSettings = serde_json::from_value(table.clone())
            .with_context(|| format!("errand.toml: [agents.{kind}]"))?;
        Ok((kind.clone(), settings))
    };
    let configured: anyhow::Result<BTreeMap<_, _>> = config.agents.iter().map(settings).collect();
    Catalogue::of(configured?).context("errand.toml")
}

/// What the chat offers.
///
/// # Errors
/// As [`catalogue`].
pub fn kinds(config: &Config) -> anyhow::Result<Vec<AgentKind>> {
    let catalogue = catalogue(config)?;
    let kind = |it: &agents::AgentKind| AgentKind {
        kind: it.kind.clone(),
        name: it.name.clone(),
        description: it.description.clone(),
    };
    Ok(catalogue.kinds().iter().map(kind).collect())
}

/// How often each kind is tried again by itself.
///
/// # Errors
/// As [`catalogue`].
pub fn retries(config: &Config) -> anyhow::Result<Retries> {
    let catalogue = catalogue(config)?;
    let usual = RetryLimit::default();
    let limit = |it: &agents::AgentKind| {
        let limit = RetryLimit {
            retries: it.retries.unwrap_or(usual.retries),
            first_pause: it.retry_pause.unwrap_or(usual.first_pause),
        };
        (it.kind.clone(), limit)
    };
    Ok(Retries::of_kinds(catalogue.kinds().iter().map(limit)))
}

/// What the API and the command line tell of them.
///
/// # Errors
/// As [`catalogue`].
pub fn infos(config: &Config) -> anyhow::Result<Vec<AgentInfo>> {
    let catalogue = catalogue(config)?;
    let usual = limits(config);
    let info = |it: &agents::AgentKind| AgentInfo {
        kind: it.kind.clone(),
        name: it.name.clone(),
        description: it.description.clone(),
        runner: it.runner.as_str().to_owned(),
        program: program(config, it),
        model: it.model.clone(),
        run_seconds: it.limits(&usual).wall_clock.as_secs(),
        checks: it.checks.clone(),
    };
    Ok(catalogue.kinds().iter().map(info).collect())
}

/// What the executor runs, by kind. In `folder` agents keep what is theirs and goes on from one session to the next.
///
/// # Errors
/// As [`catalogue`]; or the own binary cannot be found, a variable that a kind names is not set, or isolation is
/// required and cannot be had.
pub fn by_kind(
    config: &Config,
    host: &Host,
    folder: Option<&Path>,
) -> anyhow::Result<HashMap<String, Agent>> {
    let workplace = workplace(config, host, folder)?;
    let variable = |name: &str| std::env::var(name).ok().map(Into::into);
    let catalogue = catalogue(config)?;
    let agent = |it: &agents::AgentKind| {
        let agent = it.agent(&workplace, variable);
        Ok((
            it.kind.clone(),
            agent.map_err(|reason| anyhow!("errand.toml: {reason}"))?,
        ))
    };
    catalogue.kinds().iter().map(agent).collect()
}

/// The program that a kind starts, without its arguments.
fn program(config: &Config, kind: &agents::AgentKind) -> String {
    let own = kind.command.as_ref().and_then(|command| command.first());
    let shared = config.errand_agent_command.as_deref();
    let shared = shared.and_then(|line| line.split_whitespace().next());
    own.map(String::as_str)
        .or(shared)
        .unwrap_or(DEMO)
        .to_owned()
}

/// A kind without a command is the configured agent, else the demo agent of this very binary.
fn workplace(config: &Config, host: &Host, folder: Option<&Path>) -> anyhow::Result<Workplace> {
    let folder = folder.map(own_folder).transpose()?;
    let mut access = real_access(config)?;
    access.writable.extend(folder.clone());
    let confinement = confinement(config, host, access)?;
    let shared = match config.errand_agent_command {
        Some(_) => confinement.clone(),
        None => self::confinement(config, host, demo_access(config)?)?,
    };
    if let Some(warning) = shared.warning().or_else(|| confinement.warning()) {
        tracing::warn!("{warning}");
    }
    Ok(Workplace {
        command: command(config)?.confined(shared),
        // The demo agent asks only where its prompt wants it to, so that people can see a question.
        permissions: match config.errand_agent_command {
            Some(_) => PermissionPolicy::default(),
            None => PermissionPolicy::Ask,
        },
        confinement: Some(confinement),
        folder,
        limits: limits(config),
    })
}

/// Made where it is not there; agents stand in other folders, so its whole path is told.
fn own_folder(path: &Path) -> anyhow::Result<PathBuf> {
    let failed = || format!("the folder {} cannot be made", path.display());
    std::fs::create_dir_all(path).with_context(failed)?;
    std::fs::canonicalize(path).with_context(failed)
}

fn limits(config: &Config) -> RunLimits {
    let usual = RunLimits::default();
    let seconds = |configured: Option<u64>, usual| configured.map_or(usual, Duration::from_secs);
    RunLimits {
        wall_clock: seconds(config.errand_run_seconds, usual.wall_clock),
        stall: seconds(config.errand_stall_seconds, usual.stall),
        ..usual
    }
}

/// What an agent is held by.
fn confinement(config: &Config, host: &Host, access: AgentAccess) -> anyhow::Result<Confinement> {
    let isolation = config.errand_isolation.as_deref().map(str::parse);
    let isolation: Isolation = isolation
        .transpose()
        .context("ERRAND_ISOLATION")?
        .unwrap_or_default();
    let helper = Helper {
        program: std::env::current_exe().context("the path of this program is unknown")?,
        arguments: vec![crate::CONFINE.into()],
    };
    let confinement = Confinement::new(isolation, access, host, helper);
    confinement.context("agents cannot be confined")
}

/// The demo agent needs nothing but its worktree.
fn demo_access(config: &Config) -> anyhow::Result<AgentAccess> {
    Ok(AgentAccess {
        network: network(config)?.unwrap_or(Network::None),
        ..AgentAccess::default()
    })
}

/// Of other agents we know where the usual ones keep their login.
fn real_access(config: &Config) -> anyhow::Result<AgentAccess> {
    let more = config
        .errand_agent_writable
        .iter()
        .flat_map(std::env::split_paths);
    Ok(AgentAccess {
        network: network(config)?.unwrap_or_default(),
        writable: AGENT_STATE.iter().map(PathBuf::from).chain(more).collect(),
        readable: scripts(config)?,
        ..AgentAccess::default()
    })
}

/// What an interpreter is told to run: the files that commands name, with the packages around them.
fn scripts(config: &Config) -> anyhow::Result<Vec<PathBuf>> {
    let catalogue = catalogue(config)?;
    let kinds = catalogue.kinds().iter().flat_map(|kind| &kind.command);
    let words = kinds.flatten().map(String::as_str);
    let shared = config.errand_agent_command.iter();
    let shared = shared.flat_map(|line| line.split_whitespace());
    let files = words.chain(shared).map(Path::new);
    let files = files.filter(|file| file.is_absolute() && file.is_file());
    Ok(files.map(with_packages).collect())
}

fn with_packages(file: &Path) -> PathBuf {
    let packages = file.ancestors().filter(|it| it.ends_with("node_modules"));
    packages.last().unwrap_or(file).to_owned()
}

fn network(config: &Config) -> anyhow::Result<Option<Network>> {
    let network = config.errand_agent_network.as_deref().map(str::parse);
    network.transpose().context("ERRAND_AGENT_NETWORK")
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
