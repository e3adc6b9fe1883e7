//! The executor, as configured.
use super::Parts;
use crate::{
    config::Config,
    wiring::{agents, attachments, secrets},
};
use errand_eventlog::QueueLimits;
use errand_executor::{
    Executor, Settings,
    confine::Host,
    project::{Project, Projects},
    workspace::{DiskLimits, GitSettings, Workspaces},
};
use errand_proto::DEFAULT_WORKSPACE;
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

const DEFAULT_SLOTS: usize = 4;
const DEFAULT_SESSIONS_PER_PROJECT: usize = 2;
const DEFAULT_LEASE: Duration = Duration::from_secs(30);
const AGE_STEP: Duration = Duration::from_secs(600);

/// # Errors
/// Git is missing or too old, or the agents cannot be found.
pub async fn build(parts: &Parts<'_>, project: Project) -> anyhow::Result<Executor> {
    let config = parts.config;
    let log = &parts.stores.log;
    let folder = parts.plan.data.join("workspaces");
    Ok(Executor {
        sessions: Executor::sessions(log, DEFAULT_WORKSPACE),
        log: Arc::clone(log),
        queue: Arc::clone(&parts.stores.queue),
        live: Arc::clone(&parts.stores.live),
        workspace_id: DEFAULT_WORKSPACE.to_owned(),
        workspaces: Workspaces::open(folder, GitSettings::default())
            .await?
            .with_limits(disk_limits(config)),
        projects: Arc::new(Projects::new([project])),
        agents: Arc::new(agents::by_kind(
            config,
            &Host::look().await,
            Some(&parts.plan.data.join("agents")),
        )?),
        redactor: secrets::redactor(config),
        attachments: attachments::of(&parts.plan.data),
        settings: Arc::new(Settings {
            executor_id: Uuid::new_v4().to_string(),
            slots: config.errand_slots.unwrap_or(DEFAULT_SLOTS),
            queue: queue_limits(config),
            public_url: parts.public_url.to_owned(),
        }),
    })
}

pub fn queue_limits(config: &Config) -> QueueLimits {
    QueueLimits {
        per_project: config
            .errand_sessions_per_project
            .unwrap_or(DEFAULT_SESSIONS_PER_PROJECT),
        lease: seconds(config.errand_lease_seconds, DEFAULT_LEASE),
        age_step: AGE_STEP,
    }
}

fn disk_limits(config: &Config) -> DiskLimits {
    let usual = DiskLimits::default();
    DiskLimits {
        worktree_bytes: config.errand_worktree_bytes.unwrap_or(usual.worktree_bytes),
        all_bytes: config.errand_workspaces_bytes.unwrap_or(usual.all_bytes),
    }
}

fn seconds(configured: Option<u64>, usual: Duration) -> Duration {
    configured.map_or(usual, Duration::from_secs)
}
