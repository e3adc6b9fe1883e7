//! The services of one process: those of its roles, and no others.
mod dashboard;
mod executor;
mod health;

pub use health::health;

use super::{plan::Plan, stores::Stores};
use crate::{
    config::Config,
    role::Role,
    wiring::{
        agents,
        commands::{Owners, Projections},
        requests, rules,
        vendors::Vendors,
    },
};
use errand_chat::{Chat, Desk, Spawns, TaskRules};
use errand_eventlog::{
    aggregate::{Aggregates, now_us},
    subscriber::{self, Subscribers},
};
use errand_executor::{Executor, project::Project};
use errand_notifier::Notifier;
use errand_proto::DEFAULT_WORKSPACE;
use errand_spawner::{Spawner, batch, batch_timer, cancel_poll, retry_timer};
use std::{sync::Arc, time::Duration};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// What the services are built from.
pub struct Parts<'a> {
    pub plan: &'a Plan,
    pub config: &'a Config,
    pub stores: &'a Stores,
    pub vendors: Vendors,
    /// There when the executor is one of the roles.
    pub project: Option<Project>,
    pub public_url: &'a str,
}

/// Each is there when its role is.
pub struct Services {
    chat: Option<Chat>,
    spawner: Option<Spawner>,
    executor: Option<Executor>,
    notifier: Option<Notifier>,
    /// Between two looks at Linear.
    poll_pause: Duration,
    fills_views: bool,
    dashboard: Option<dashboard::Settings>,
}

impl Services {
    /// # Errors
    /// Git is missing or too old, or the agents cannot be found.
    pub async fn build(parts: Parts<'_>) -> anyhow::Result<Self> {
        let roles = &parts.plan.roles;
        let rules = rules(&parts)?;
        let executor = match &parts.project {
            Some(project) => Some(executor::build(&parts, project.clone()).await?),
            None => None,
        };
        Ok(Self {
            chat: roles
                .has(Role::Chat)
                .then(|| chat(&parts, Arc::clone(&rules)))
                .transpose()?,
            spawner: roles
                .has(Role::Spawner)
                .then(|| spawner(&parts))
                .transpose()?,
            executor,
            notifier: roles
                .has(Role::Notifier)
                .then(|| notifier(&parts))
                .flatten(),
            poll_pause: parts
                .config
                .linear_poll_seconds
                .map_or(cancel_poll::USUAL_PAUSE, Duration::from_secs),
            fills_views: roles.has(Role::Projector),
            dashboard: roles
                .has(Role::Dashboard)
                .then(|| dashboard::settings(&parts, &rules))
                .transpose()?,
        })
    }

    /// Pages and API where the dashboard is.
    pub fn site(&self, stores: &Stores, stop: &CancellationToken) -> axum::Router {
        match (&self.dashboard, &stores.projector) {
            (Some(settings), Some(projector)) => {
                let owners = self.owners(stores);
                dashboard::router(settings, stores, projector.clone(), owners, stop)
            }
            _ => axum::Router::new(),
        }
    }

    /// What others may ask of this process.
    fn owners(&self, stores: &Stores) -> Owners {
        Owners {
            desk: self.chat.as_ref().map(|chat| Desk {
                conversations: chat.conversations.clone(),
                rules: Arc::clone(&chat.rules),
                spawns: chat.spawns.clone(),
                workspace: DEFAULT_WORKSPACE.to_owned(),
            }),
            stories: self.spawner.as_ref().map(|s| s.stories.clone()),
            sessions: self.executor.as_ref().map(|e| e.sessions.clone()),
            queue: self.executor.as_ref().map(|e| Arc::clone(&e.queue)),
            projections: stores
                .projector
                .clone()
                .filter(|_| self.fills_views)
                .map(|projector| Projections {
                    projector,
                    letters: Arc::clone(&stores.dead_letters),
                }),
        }
    }

    /// Starts every subscriber, projection and worker.
    pub fn start(self, stores: &Stores, tasks: &TaskTracker, stop: &CancellationToken) {
        let log = Arc::clone(&stores.log);
        tasks.spawn(subscriber::run(log, self.subscribers(), stop.clone()));
        self.answer_requests(stores, tasks, stop);
        if let Some(executor) = self.executor {
            tasks.spawn(errand_executor::reconciler::run(
                Arc::clone(&stores.log),
                Arc::clone(&executor.queue),
                stop.clone(),
            ));
            tasks.spawn(errand_executor::run::work(executor, stop.clone()));
        }
        if let Some(spawner) = self.spawner {
            if let Some(tracker) = spawner.tracker.clone() {
                let (spawner, stop) = (spawner.clone(), stop.clone());
                let polling = cancel_poll::run(spawner, tracker, self.poll_pause, stop);
                tasks.spawn(polling);
            }
            tasks.spawn(batch_timer::run(spawner.clone(), stop.clone()));
            tasks.spawn(retry_timer::run(spawner, stop.clone()));
        }
        if let Some(projector) = stores.projector.clone() {
            let (fills, until) = (self.fills_views, stop.clone());
            tasks.spawn(async move {
                let ended = match fills {
                    true => projector.run(until).await,
                    false => projector.observe(until).await,
                };
                if let Err(error) = ended {
                    tracing::error!(%error, "the read models stand still");
                }
            });
        }
    }

    fn subscribers(&self) -> Subscribers {
        let mut subscribers = Subscribers::new();
        if let Some(chat) = &self.chat {
            subscribers.extend(errand_chat::reactors::subscribers(chat));
        }
        if let Some(spawner) = &self.spawner {
            subscribers.extend(errand_spawner::reactors::subscribers(spawner));
        }
        if let Some(executor) = &self.executor {
            subscribers.extend(errand_executor::reactors::subscribers(executor));
        }
        if let Some(notifier) = &self.notifier {
            subscribers.extend(errand_notifier::reactors::subscribers(notifier));
        }
        subscribers
    }

    /// What dashboards in other processes ask of the roles here.
    fn answer_requests(&self, stores: &Stores, tasks: &TaskTracker, stop: &CancellationToken) {
        let Some(bus) = stores.bus() else { return };
        let owners = self.owners(stores);
        for (role, is_here) in [
            (Role::Chat, owners.desk.is_some()),
            (Role::Spawner, owners.stories.is_some()),
            (Role::Executor, owners.sessions.is_some()),
            (Role::Projector, owners.projections.is_some()),
        ] {
            if is_here {
                let (bus, owners) = (Arc::clone(bus), owners.clone());
                tasks.spawn(requests::serve(bus, role, owners, stop.clone()));
            }
        }
    }
}

fn rules(parts: &Parts<'_>) -> anyhow::Result<Arc<TaskRules>> {
    let given = parts.config.errand_project.as_deref();
    rules::tasks(parts.config, parts.plan.repository.project_id(given))
}

fn chat(parts: &Parts<'_>, rules: Arc<TaskRules>) -> anyhow::Result<Chat> {
    let log = &parts.stores.log;
    let conversations = Chat::conversations(log, DEFAULT_WORKSPACE);
    let caps = rules::caps(parts.config);
    Ok(Chat {
        spawns: Spawns::new(Arc::clone(log), conversations.clone(), caps),
        persona: Arc::new(rules::persona(parts.config)?),
        conversations,
        live: Arc::clone(&parts.stores.live),
        model: Arc::clone(&parts.vendors.model),
        workspace: DEFAULT_WORKSPACE.to_owned(),
        rules,
    })
}

fn spawner(parts: &Parts<'_>) -> anyhow::Result<Spawner> {
    let (log, tracker) = (&parts.stores.log, parts.vendors.tracker.clone());
    Ok(Spawner {
        retries: agents::retries(parts.config)?,
        batch_limit: parts
            .config
            .errand_batch_seconds
            .map_or(batch::USUAL_TIME_LIMIT, Duration::from_secs),
        public_url: parts.public_url.to_owned(),
        ..Spawner::new(Arc::clone(log), DEFAULT_WORKSPACE, tracker)
    })
}

/// `None` when there is nobody to notify.
fn notifier(parts: &Parts<'_>) -> Option<Notifier> {
    let log = Arc::clone(&parts.stores.log);
    Some(Notifier {
        notifications: Aggregates::new(log, DEFAULT_WORKSPACE, errand_notifier::SOURCE),
        messenger: parts.vendors.messenger.clone()?,
        public_url: parts.public_url.to_owned(),
        hears_buttons: parts.vendors.secrets.slack.is_some(),
        started_us: now_us(),
    })
}
