//! The dashboard, as configured.
use super::{Parts, executor::queue_limits};
use crate::{
    process::stores::Stores,
    role::Role,
    webhooks::{self, Hooks},
    wiring::{
        agents,
        attachments::{self, OnThisMachine},
        commands::{Carrier, Owners, ServiceCommands},
        letters::AskingLetters,
        requests::Remote,
        roll_call::RemoteRoles,
        vendors::CallSecrets,
    },
};
use errand_chat::TaskRules;
use errand_dashboard::{Dashboard, DashboardConfig, OneProcess, RollCall};
use errand_eventlog::{DeadLetters, QueueLimits};
use errand_projections::Projector;
use errand_proto::DEFAULT_WORKSPACE;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Who acts in an installation without sign-in.
const LOCAL_USER: &str = "you";

pub struct Settings {
    config: DashboardConfig,
    attached: Arc<OnThisMachine>,
    queue_limits: QueueLimits,
    secrets: CallSecrets,
}

/// # Errors
/// The kinds of agents cannot be read.
pub fn settings(parts: &Parts<'_>, rules: &TaskRules) -> anyhow::Result<Settings> {
    let vendors = &parts.vendors.info;
    Ok(Settings {
        config: DashboardConfig {
            workspace: DEFAULT_WORKSPACE.to_owned(),
            public_url: parts.public_url.to_owned(),
            sandbox: vendors.iter().any(|v| v.mode == "sandbox"),
            agents: agents::infos(parts.config)?,
            vendors: vendors.clone(),
            default_project: rules.default_project.clone(),
            user: LOCAL_USER.to_owned(),
            access_token: parts.config.errand_access_token.clone(),
        },
        attached: Arc::new(OnThisMachine(attachments::of(&parts.plan.data))),
        queue_limits: queue_limits(parts.config),
        secrets: parts.vendors.secrets.clone(),
    })
}

pub fn router(
    settings: &Settings,
    stores: &Stores,
    projector: Projector,
    owners: Owners,
    stop: &CancellationToken,
) -> axum::Router {
    let letters = Arc::clone(&stores.dead_letters);
    let (carrier, dead_letters): (Arc<dyn Carrier>, Arc<dyn DeadLetters>) = match stores.bus() {
        Some(bus) => {
            let carrier = Arc::new(Remote(Arc::clone(bus)));
            let asking = AskingLetters {
                letters,
                carrier: carrier.clone(),
            };
            (carrier, Arc::new(asking))
        }
        None => (Arc::new(owners), letters),
    };
    let commands = Arc::new(ServiceCommands(carrier));
    let hooks = webhooks::routes(Hooks {
        commands: Arc::clone(&commands),
        db: projector.db().clone(),
        slack_secret: settings.secrets.slack.clone(),
        linear_secret: settings.secrets.linear.clone(),
    });
    let dashboard = errand_dashboard::router(Dashboard {
        config: settings.config.clone(),
        projector,
        log: Arc::clone(&stores.log),
        queue: Arc::clone(&stores.queue),
        queue_limits: settings.queue_limits,
        dead_letters,
        live: Arc::clone(&stores.live),
        attached: settings.attached.clone(),
        commands,
        roles: roll_call(stores),
        stop: stop.clone(),
    });
    dashboard.merge(hooks)
}

/// Who answers: in one process all roles live or none.
fn roll_call(stores: &Stores) -> Arc<dyn RollCall> {
    match stores.bus() {
        Some(bus) => Arc::new(RemoteRoles(Arc::clone(bus))),
        None => Arc::new(OneProcess(Role::ALL.map(Role::name).to_vec())),
    }
}
