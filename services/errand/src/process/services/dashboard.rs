//! The dashboard, as configured.
use super::{Parts, executor::queue_limits};
use crate::{
    process::stores::Stores,
    wiring::{
        commands::{Carrier, Owners, ServiceCommands},
        requests::Remote,
    },
};
use errand_chat::{AgentKind, TaskRules};
use errand_dashboard::{AgentInfo, Dashboard, DashboardConfig};
use errand_eventlog::QueueLimits;
use errand_projections::Projector;
use errand_proto::DEFAULT_WORKSPACE;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Who acts in an installation without sign-in.
const LOCAL_USER: &str = "you";

pub struct Settings {
    config: DashboardConfig,
    queue_limits: QueueLimits,
}

pub fn settings(parts: &Parts<'_>, rules: &TaskRules) -> Settings {
    let vendors = &parts.vendors.info;
    Settings {
        config: DashboardConfig {
            workspace: DEFAULT_WORKSPACE.to_owned(),
            public_url: parts.public_url.to_owned(),
            sandbox: vendors.iter().any(|v| v.mode == "sandbox"),
            agents: rules.agents.iter().map(info).collect(),
            vendors: vendors.clone(),
            default_project: rules.default_project.clone(),
            user: LOCAL_USER.to_owned(),
        },
        queue_limits: queue_limits(parts.config),
    }
}

pub fn router(
    settings: &Settings,
    stores: &Stores,
    projector: Projector,
    owners: Owners,
    stop: &CancellationToken,
) -> axum::Router {
    let carrier: Arc<dyn Carrier> = match stores.bus() {
        Some(bus) => Arc::new(Remote(Arc::clone(bus))),
        None => Arc::new(owners),
    };
    errand_dashboard::router(Dashboard {
        config: settings.config.clone(),
        projector,
        log: Arc::clone(&stores.log),
        queue: Arc::clone(&stores.queue),
        queue_limits: settings.queue_limits,
        dead_letters: Arc::clone(&stores.dead_letters),
        live: Arc::clone(&stores.live),
        commands: Arc::new(ServiceCommands(carrier)),
        stop: stop.clone(),
    })
}

fn info(agent: &AgentKind) -> AgentInfo {
    AgentInfo {
        kind: agent.kind.clone(),
        name: agent.name.clone(),
        description: agent.description.clone(),
    }
}
