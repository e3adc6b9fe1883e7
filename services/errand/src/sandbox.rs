//! `errand sandbox`: the vendors' stand-ins as a process of their own.
use crate::{
    cli,
    process::{bind, ended, serve, stopped_by_a_person},
    wiring::{http, stand_in::CREDENTIAL},
};
use axum::Router;
use errand_sandbox::{Sandbox, SandboxConfig};
use std::net::Ipv4Addr;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Runs until Ctrl-C or SIGTERM.
///
/// # Errors
/// The port or the folder cannot be used; the message says what to do.
pub async fn run(options: cli::Sandbox) -> anyhow::Result<()> {
    let listener = bind((Ipv4Addr::LOCALHOST, options.port).into(), None).await?;
    let url = format!("http://{}/sandbox", listener.local_addr()?);
    let sandbox = Sandbox::open(SandboxConfig {
        data_dir: options.data,
        public_url: url.clone(),
    })?;
    if let Some(errand) = &options.errand {
        let hooks = format!("{}/webhooks", errand.trim_end_matches('/'));
        sandbox.call_back(&hooks, CREDENTIAL, http::client()?);
    }
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let site = Router::new().nest("/sandbox", sandbox.router());
    tasks.spawn(serve(listener, site, stop.clone()));
    println!("The sandbox is up: {url}");
    stopped_by_a_person().await;
    stop.cancel();
    sandbox.stop();
    ended(&tasks).await;
    Ok(())
}
