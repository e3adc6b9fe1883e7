//! The services of one process.
use super::stores::Stores;
use crate::{
    config::Config,
    wiring::{agents, commands::ServiceCommands, vendors::Vendors},
};
use errand_chat::{AgentKind, Chat, Desk, TaskRules};
use errand_dashboard::{AgentInfo, Dashboard, DashboardConfig, VendorInfo};
use errand_eventlog::{
    QueueLimits,
    aggregate::{Aggregates, now_us},
    live::{InProcess, Live},
    subscriber,
};
use errand_executor::{
    Executor, Settings,
    project::{Project, Projects},
    runner::RunLimits,
    workspace::{GitSettings, Workspaces},
};
use errand_notifier::Notifier;
use errand_proto::DEFAULT_WORKSPACE;
use errand_sandbox::Sandbox;
use errand_spawner::Spawner;
use std::{path::Path, sync::Arc, time::Duration};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

const DEFAULT_SLOTS: usize = 4;
const DEFAULT_SESSIONS_PER_PROJECT: usize = 2;
const LEASE: Duration = Duration::from_secs(30);
const AGE_STEP: Duration = Duration::from_secs(600);
/// Who acts in an installation without sign-in.
const LOCAL_USER: &str = "you";

/// What the services are built from.
pub struct Parts<'a> {
    pub config: &'a Config,
    pub stores: &'a Stores,
    pub vendors: Vendors,
    pub project: Project,
    pub data: &'a Path,
    pub public_url: &'a str,
}

pub struct Services {
    chat: Chat,
    spawner: Spawner,
    executor: Executor,
    notifier: Option<Notifier>,
    live: Arc<dyn Live>,
    vendors: Vec<VendorInfo>,
    public_url: String,
    sandboxed: bool,
}

impl Services {
    /// # Errors
    /// Git is missing or too old, or the agents cannot be found.
    pub async fn build(parts: Parts<'_>) -> anyhow::Result<Self> {
        let live: Arc<dyn Live> = Arc::new(InProcess::default());
        let log = &parts.stores.log;
        let rules = Arc::new(TaskRules {
            agents: agents::kinds(),
            projects: vec![parts.project.id.clone()],
            default_project: parts.project.id.clone(),
            policy: parts.config.policy(),
        });
        let chat = Chat {
            conversations: Chat::conversations(log, DEFAULT_WORKSPACE),
            log: Arc::clone(log),
            live: Arc::clone(&live),
            model: Arc::clone(&parts.vendors.model),
            workspace: DEFAULT_WORKSPACE.to_owned(),
            rules,
        };
        let tracker = parts.vendors.tracker.clone();
        let spawner = Spawner::new(Arc::clone(log), DEFAULT_WORKSPACE, tracker);
        let messenger = parts.vendors.messenger.clone();
        let notifier = messenger.map(|messenger| Notifier {
            notifications: Aggregates::new(
                Arc::clone(log),
                DEFAULT_WORKSPACE,
                errand_notifier::SOURCE,
            ),
            messenger,
            public_url: parts.public_url.to_owned(),
            started_us: now_us(),
        });
        Ok(Self {
            chat,
            spawner,
            executor: executor(&parts).await?,
            notifier,
            live,
            sandboxed: parts.vendors.info.iter().any(|v| v.mode == "sandbox"),
            vendors: parts.vendors.info,
            public_url: parts.public_url.to_owned(),
        })
    }

    /// Pages, API and, where vendors are played, the sandbox.
    pub fn site(
        &self,
        stores: &Stores,
        sandbox: Option<&Sandbox>,
        stop: &CancellationToken,
    ) -> axum::Router {
        let commands = ServiceCommands {
            desk: Desk {
                conversations: self.chat.conversations.clone(),
                rules: Arc::clone(&self.chat.rules),
                workspace: DEFAULT_WORKSPACE.to_owned(),
            },
            stories: self.spawner.stories.clone(),
            sessions: self.executor.sessions.clone(),
        };
        let dashboard = Dashboard {
            config: DashboardConfig {
                workspace: DEFAULT_WORKSPACE.to_owned(),
                public_url: self.public_url.clone(),
                sandbox: self.sandboxed,
                agents: self.chat.rules.agents.iter().map(info).collect(),
                vendors: self.vendors.clone(),
                default_project: self.chat.rules.default_project.clone(),
                user: LOCAL_USER.to_owned(),
            },
            projector: stores.projector.clone(),
            log: Arc::clone(&stores.log),
            queue: stores.embedded.clone(),
            queue_limits: self.executor.settings.queue,
            dead_letters: stores.embedded.clone(),
            live: Arc::clone(&self.live),
            commands: Arc::new(commands),
            stop: stop.clone(),
        };
        let site = errand_dashboard::router(dashboard);
        match sandbox {
            Some(sandbox) => site.nest("/sandbox", sandbox.router()),
            None => site,
        }
    }

    /// Starts every subscriber, projection and worker.
    pub fn start(self, stores: &Stores, tasks: &TaskTracker, stop: &CancellationToken) {
        let log = &stores.log;
        let mut subscribers = errand_chat::reactors::subscribers(&self.chat);
        subscribers.extend(errand_spawner::reactors::subscribers(&self.spawner));
        subscribers.extend(errand_executor::reactors::subscribers(&self.executor));
        if let Some(notifier) = &self.notifier {
            subscribers.extend(errand_notifier::reactors::subscribers(notifier));
        }
        tasks.spawn(subscriber::run(Arc::clone(log), subscribers, stop.clone()));
        tasks.spawn(errand_executor::reconciler::run(
            Arc::clone(log),
            Arc::clone(&self.executor.queue),
            stop.clone(),
        ));
        tasks.spawn(errand_executor::run::work(self.executor, stop.clone()));
        let (projector, until) = (stores.projector.clone(), stop.clone());
        tasks.spawn(async move {
            if let Err(error) = projector.run(until).await {
                tracing::error!(%error, "the read models stand still");
            }
        });
    }
}

async fn executor(parts: &Parts<'_>) -> anyhow::Result<Executor> {
    let log = &parts.stores.log;
    let workspaces = Workspaces::open(parts.data.join("workspaces"), GitSettings::default());
    let config = parts.config;
    Ok(Executor {
        sessions: Executor::sessions(log, DEFAULT_WORKSPACE),
        log: Arc::clone(log),
        queue: parts.stores.embedded.clone(),
        workspace_id: DEFAULT_WORKSPACE.to_owned(),
        workspaces: workspaces.await?,
        projects: Arc::new(Projects::new([parts.project.clone()])),
        runners: Arc::new(agents::runners(config)?),
        settings: Arc::new(Settings {
            executor_id: Uuid::new_v4().to_string(),
            slots: config.errand_slots.unwrap_or(DEFAULT_SLOTS),
            queue: QueueLimits {
                per_project: config
                    .errand_sessions_per_project
                    .unwrap_or(DEFAULT_SESSIONS_PER_PROJECT),
                lease: LEASE,
                age_step: AGE_STEP,
            },
            run: run_limits(config),
            public_url: parts.public_url.to_owned(),
        }),
    })
}

fn run_limits(config: &Config) -> RunLimits {
    let usual = RunLimits::default();
    let seconds = |configured: Option<u64>, usual| configured.map_or(usual, Duration::from_secs);
    RunLimits {
        wall_clock: seconds(config.errand_run_seconds, usual.wall_clock),
        stall: seconds(config.errand_stall_seconds, usual.stall),
        ..usual
    }
}

fn info(agent: &AgentKind) -> AgentInfo {
    AgentInfo {
        kind: agent.kind.clone(),
        name: agent.name.clone(),
        description: agent.description.clone(),
    }
}
