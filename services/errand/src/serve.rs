//! `errand serve ROLE…`: some roles as a process of their own, on NATS and Postgres.
use crate::{
    cli,
    config::Config,
    process::{self, LogPlace, Plan, Players, ViewsPlace},
    role::{Role, Roles},
    wiring::{projects::Repository, servers},
};
use anyhow::Context;
use std::net::{Ipv4Addr, SocketAddr};

const DASHBOARD_PORT: u16 = 7171;

/// Runs until Ctrl-C or SIGTERM.
///
/// # Errors
/// Something keeps the process from starting; the message says what to do.
pub async fn run(options: cli::Serve) -> anyhow::Result<()> {
    let config = Config::load()?;
    let roles = Roles::union(options.roles);
    let log = servers::nats(options.servers.nats.as_deref(), &config, &roles)?
        .context("where is NATS? name it with --nats or ERRAND_NATS_URL; `errand up` needs none")?;
    let sandbox = options.sandbox.or(config.errand_sandbox_url.clone());
    let plan = Plan {
        greeting: format!("Errand serves {roles}"),
        log: LogPlace::Nats(log),
        views: views(&roles, options.servers.database.as_deref(), &config)?,
        data: options.data,
        repository: repository(&roles, options.repo.as_deref(), &config)?,
        listen: options
            .listen
            .or(config.errand_listen)
            .unwrap_or(usual_address(&roles)),
        players: sandbox.map_or(Players::Nobody, |url| {
            Players::At(url.trim_end_matches('/').to_owned())
        }),
        roles,
    };
    process::run(plan, config).await
}

fn usual_address(roles: &Roles) -> SocketAddr {
    let port = match roles.has(Role::Dashboard) {
        true => DASHBOARD_PORT,
        false => 0,
    };
    (Ipv4Addr::LOCALHOST, port).into()
}

fn views(roles: &Roles, database: Option<&str>, config: &Config) -> anyhow::Result<ViewsPlace> {
    if !roles.has_any(&[Role::Projector, Role::Dashboard]) {
        return Ok(ViewsPlace::Nowhere);
    }
    let options = servers::postgres(database, config)?.context(
        "where is Postgres? projector and dashboard need it: set ERRAND_DATABASE_URL, or name it with --database",
    )?;
    Ok(ViewsPlace::Postgres(match roles.has(Role::Projector) {
        true => options,
        false => options.read_only(),
    }))
}

fn repository(roles: &Roles, given: Option<&str>, config: &Config) -> anyhow::Result<Repository> {
    match given.or(config.errand_repo.as_deref()) {
        Some(repository) => Repository::read(repository),
        None if roles.has(Role::Executor) => anyhow::bail!(
            "which repository shall agents work on? name it with --repo or ERRAND_REPO"
        ),
        None if roles.has_any(&[Role::Chat, Role::Dashboard])
            && config.errand_project.is_none() =>
        {
            anyhow::bail!(
                "which project is worked on? name the repository with --repo or ERRAND_REPO, or its id with ERRAND_PROJECT"
            )
        }
        None => Ok(Repository::Unknown),
    }
}
