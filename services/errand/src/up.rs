//! Everything in one process, on an embedded store: nothing else to install.
mod server;
mod services;
mod stores;

use crate::{
    cli,
    config::Config,
    wiring::{http, projects, vendors},
};
use errand_sandbox::{Sandbox, SandboxConfig};
use services::Services;
use std::time::Duration;
use stores::Stores;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// What is under way gets so long to end after Ctrl-C; a kill -9 would lose nothing either.
const STOP_TIMEOUT: Duration = Duration::from_secs(15);

/// Runs until Ctrl-C or SIGTERM.
///
/// # Errors
/// Something keeps Errand from starting; the message says what to do.
pub async fn run(options: cli::Up) -> anyhow::Result<()> {
    let config = Config::load()?;
    let stores = Stores::open(&options.data).await?;
    let listener = server::bind(options.port).await?;
    let public_url = format!("http://{}", listener.local_addr()?);
    let sandbox_url = format!("{public_url}/sandbox");
    let sandbox = match options.no_sandbox {
        true => None,
        false => Some(Sandbox::open(SandboxConfig {
            data_dir: options.data.join("sandbox"),
            public_url: sandbox_url.clone(),
        })?),
    };
    let played = sandbox
        .as_ref()
        .map(|sandbox| (sandbox, sandbox_url.as_str()));
    let vendors = vendors::connect(&config, &http::client()?, played.map(|p| p.1))?;
    let project = projects::project(
        options.repo.as_deref(),
        &options.data,
        vendors.code_host.as_ref(),
        played,
    )
    .await?;
    let stop = CancellationToken::new();
    let tasks = TaskTracker::new();
    let parts = services::Parts {
        config: &config,
        stores: &stores,
        vendors,
        project,
        data: &options.data,
        public_url: &public_url,
    };
    let services = Services::build(parts).await?;
    let site = services.site(&stores, sandbox.as_ref(), &stop);
    tasks.spawn(server::serve(listener, site, stop.clone()));
    services.start(&stores, &tasks, &stop);
    println!("Errand is up: {public_url}");
    stopped_by_a_person().await;
    eprintln!("Stopping; running sessions go on at the next start.");
    stop.cancel();
    if let Some(sandbox) = &sandbox {
        sandbox.stop();
    }
    tasks.close();
    if tokio::time::timeout(STOP_TIMEOUT, tasks.wait())
        .await
        .is_err()
    {
        tracing::warn!("something did not end within {STOP_TIMEOUT:?}; nothing is lost");
    }
    stores.close().await;
    Ok(())
}

async fn stopped_by_a_person() {
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
