//! `errand nats setup DIR | migrate`
use crate::{
    cli::{Nats, NatsSetup},
    config::Config,
    output,
    role::Roles,
    wiring::{groups::GROUPS, servers},
};
use anyhow::Context;
use errand_eventlog::EventLog as _;
use errand_nats::{NatsLog, SetupOptions, Tls, key_file};

/// # Errors
/// The options cannot be used, the folder cannot be written, or the servers are not there or not fit.
pub async fn run(which: &Nats, as_json: bool) -> anyhow::Result<()> {
    match which {
        Nats::Setup(asked) => setup(asked, as_json),
        Nats::Migrate => migrate().await,
    }
}

async fn migrate() -> anyhow::Result<()> {
    let options = servers::nats(None, &Config::load()?, &Roles::all())?
        .context("where is NATS? set ERRAND_NATS_URL")?;
    let head = NatsLog::connect(options).await?.head().await?;
    Ok(output::line(&format!(
        "the streams are as they must be; the log {} has {} events",
        head.log_id, head.seq
    ))?)
}

fn setup(asked: &NatsSetup, as_json: bool) -> anyhow::Result<()> {
    let prefix = Config::load()?.errand_nats_prefix;
    let written = errand_nats::setup(&asked.folder, &options(asked, prefix))?;
    let new_keys: Vec<_> = written.new_keys.iter().map(|role| role.name()).collect();
    if as_json {
        let answer = serde_json::json!({"newKeys": new_keys, "files": written.files});
        return Ok(output::json(&answer)?);
    }
    let folder = asked.folder.display();
    for file in &written.files {
        output::line(&format!("written: {folder}/{file}"))?;
    }
    for role in &written.new_keys {
        let file = key_file(*role);
        output::line(&format!("new key: {folder}/{file} (for {})", role.name()))?;
    }
    output::line(
        "Start the servers, then make the streams: ERRAND_NATS_NKEY_FILE=admin.nk errand nats migrate",
    )?;
    Ok(output::line(
        "Give each role its own key only: ERRAND_NATS_NKEY_FILE=chat.nk errand serve chat",
    )?)
}

fn options(asked: &NatsSetup, prefix: Option<String>) -> SetupOptions {
    let certificate = asked.tls_certificate.clone().zip(asked.tls_key.clone());
    SetupOptions {
        prefix,
        groups: GROUPS.iter().map(ToString::to_string).collect(),
        listen: asked.listen.clone(),
        hosts: asked.hosts.clone(),
        data: asked.store.clone(),
        max_store_gib: asked.max_store_gib,
        tls: certificate.map(|(certificate, key)| Tls {
            certificate,
            key,
            ca: asked.tls_ca.clone(),
            verify_clients: asked.tls_verify_clients,
        }),
    }
}
