//! `errand up`: everything in one process, on an embedded store or on the servers that are named.
use crate::{
    cli,
    config::Config,
    process::{self, LogPlace, Plan, Players, ViewsPlace},
    role::Roles,
    wiring::{projects::Repository, servers},
};
use std::net::{Ipv4Addr, SocketAddr};

/// Runs until Ctrl-C or SIGTERM.
///
/// # Errors
/// Something keeps Errand from starting; the message says what to do.
pub async fn run(options: cli::Up) -> anyhow::Result<()> {
    let config = Config::load()?;
    let repository = match &options.repo {
        Some(path) => Repository::folder(path)?,
        None => Repository::Sample(options.data.clone()),
    };
    let log = servers::nats(options.servers.nats.as_deref(), &config, &Roles::all())?;
    let views = servers::postgres(options.servers.database.as_deref(), &config)?;
    let plan = Plan {
        roles: Roles::all(),
        greeting: "Errand is up".to_owned(),
        log: log.map_or(LogPlace::Embedded, LogPlace::Nats),
        views: views.map_or(ViewsPlace::Embedded, ViewsPlace::Postgres),
        data: options.data,
        repository,
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, options.port)),
        players: match options.no_sandbox {
            true => Players::Nobody,
            false => Players::Here,
        },
    };
    process::run(plan, config).await
}
