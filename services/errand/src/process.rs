//! One process: its roles, its stores, and its life from start to stop.
mod plan;
mod server;
mod services;
mod stores;

pub use plan::{LogPlace, Plan, Players, ViewsPlace};
pub use server::{bind, serve};

use crate::{
    config::Config,
    role::Role,
    telemetry,
    wiring::{
        http, projects,
        stand_in::{CREDENTIAL, StandIn},
        vendors::{self, Vendors},
    },
};
use anyhow::Context;
use errand_executor::project::Project;
use errand_sandbox::{Sandbox, SandboxConfig};
use services::{Parts, Services};
use std::{net::Ipv4Addr, time::Duration};
use stores::Stores;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// What is under way gets so long to end after Ctrl-C; a kill -9 would lose nothing either.
const STOP_TIMEOUT: Duration = Duration::from_secs(15);

/// Runs until Ctrl-C or SIGTERM.
///
/// # Errors
/// Something keeps Errand from starting; the message says what to do.
pub async fn run(plan: Plan, config: Config) -> anyhow::Result<()> {
    let stores = Stores::open(&plan).await?;
    let listener = server::bind(plan.listen, config.errand_access_token.as_ref()).await?;
    let here = format!("http://{}", listener.local_addr()?);
    let public_url = config.errand_public_url.clone().unwrap_or(here.clone());
    let sandbox = played_here(&plan, &here)?;
    let stop = CancellationToken::new();
    let tasks = TaskTracker::new();
    let stand_in = match (&sandbox, &plan.players) {
        (Some(sandbox), _) => {
            let door = match config.errand_access_token {
                Some(_) => back_door(sandbox, &tasks, &stop).await?,
                None => here.clone(),
            };
            Some(StandIn::here(sandbox, format!("{door}/sandbox")))
        }
        (None, Players::At(url)) => Some(StandIn::at(url.clone(), http::client()?)),
        (None, _) => None,
    };
    let vendors = vendors::connect(
        &config,
        &http::client()?,
        stand_in.as_ref().map(StandIn::url),
    )?;
    let project = project(&plan, &config, &vendors, stand_in.as_ref()).await?;
    let parts = Parts {
        plan: &plan,
        config: &config,
        stores: &stores,
        vendors,
        project,
        public_url: &public_url,
    };
    let services = Services::build(parts).await?;
    let health = telemetry::routes(services::health(&plan, &config, &stores));
    let mut others = health;
    if let Some(sandbox) = &sandbox {
        others = others.nest("/sandbox", sandbox.router());
    }
    let others = errand_dashboard::protected(others, config.errand_access_token.clone());
    let site = services.site(&stores, &stop).merge(others);
    tasks.spawn(server::serve(listener, site, stop.clone()));
    services.start(&stores, &tasks, &stop);
    println!("{}: {here}", plan.greeting);
    stopped_by_a_person().await;
    eprintln!("Stopping; running sessions go on at the next start.");
    stop.cancel();
    if let Some(sandbox) = &sandbox {
        sandbox.stop();
    }
    ended(&tasks).await;
    stores.close().await;
    Ok(())
}

/// Waits, within bounds, until everything has ended by itself.
pub async fn ended(tasks: &TaskTracker) {
    tasks.close();
    if tokio::time::timeout(STOP_TIMEOUT, tasks.wait())
        .await
        .is_err()
    {
        tracing::warn!("something did not end within {STOP_TIMEOUT:?}; nothing is lost");
    }
}

fn played_here(plan: &Plan, here: &str) -> anyhow::Result<Option<Sandbox>> {
    if plan.players != Players::Here {
        return Ok(None);
    }
    let sandbox = Sandbox::open(SandboxConfig {
        data_dir: plan.data.join("sandbox"),
        public_url: format!("{here}/sandbox"),
    });
    let sandbox = sandbox.context("the sandbox cannot be opened")?;
    let hooks = format!("{here}/webhooks");
    sandbox.call_back(&hooks, CREDENTIAL, http::client()?);
    Ok(Some(sandbox))
}

/// Connectors bring a vendor's credential, not the access token: they reach the sandbox on a port of their own, which
/// other machines cannot reach.
async fn back_door(
    sandbox: &Sandbox,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> anyhow::Result<String> {
    let listener = server::bind((Ipv4Addr::LOCALHOST, 0).into(), None).await?;
    let address = listener.local_addr()?;
    let routes = axum::Router::new().nest("/sandbox", sandbox.router());
    tasks.spawn(server::serve(listener, routes, stop.clone()));
    Ok(format!("http://{address}"))
}

/// Where the executor of this process works; other roles need only its id.
async fn project(
    plan: &Plan,
    config: &Config,
    vendors: &Vendors,
    stand_in: Option<&StandIn<'_>>,
) -> anyhow::Result<Option<Project>> {
    if !plan.roles.has(Role::Executor) {
        return Ok(None);
    }
    let host = vendors.code_host.as_ref();
    let project = config.errand_project.as_deref();
    projects::project(&plan.repository, project, host, stand_in)
        .await
        .map(Some)
}

/// Ctrl-C or SIGTERM.
pub async fn stopped_by_a_person() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminated) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
    }
}
