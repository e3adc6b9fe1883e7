//! The workspace's own rules: which agents begin without approval, how many an hour, and who the chat's model is.
use super::agents;
use crate::config::Config;
use anyhow::{Context, bail};
use errand_chat::{Persona, SpawnCaps, TaskRules};
use std::{collections::BTreeSet, sync::Arc};

/// # Errors
/// The agents cannot be read, or `ERRAND_AUTO_SAFE_AGENTS` names one that is not among them.
pub fn tasks(config: &Config, project: String) -> anyhow::Result<Arc<TaskRules>> {
    let agents = agents::kinds(config)?;
    let auto_safe = config.errand_auto_safe_agents.as_deref().map(listed);
    let is_known = |kind: &&String| agents.iter().any(|agent| agent.kind == **kind);
    if let Some(kind) = auto_safe.iter().flatten().find(|kind| !is_known(kind)) {
        bail!("ERRAND_AUTO_SAFE_AGENTS names {kind:?}: `errand agents` lists those that there are");
    }
    Ok(Arc::new(TaskRules {
        agents,
        projects: vec![project.clone()],
        default_project: project,
        policy: config.policy(),
        auto_safe,
    }))
}

fn listed(kinds: &str) -> BTreeSet<String> {
    let kinds = kinds.split(',').map(str::trim);
    kinds.filter(|k| !k.is_empty()).map(str::to_owned).collect()
}

pub fn caps(config: &Config) -> SpawnCaps {
    SpawnCaps {
        per_user: config.errand_spawns_per_user_hour,
        per_workspace: config.errand_spawns_per_workspace_hour,
    }
}

/// # Errors
/// The configured file cannot be read or is no system prompt.
pub fn persona(config: &Config) -> anyhow::Result<Persona> {
    let Some(path) = &config.errand_head_of_product_file else {
        return Ok(Persona::shipped()?);
    };
    let key = || format!("ERRAND_HEAD_OF_PRODUCT_FILE: {}", path.display());
    let file = std::fs::read_to_string(path).with_context(key)?;
    Persona::read(&file).with_context(key)
}
