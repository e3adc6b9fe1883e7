//! NATS and Postgres, as named on the command line or in the configuration.
use crate::{
    config::Config,
    role::{Role, Roles},
};
use anyhow::{Context, bail};
use errand_nats::{Credentials, NatsOptions};
use errand_projections::PostgresOptions;
use secrecy::{ExposeSecret, SecretString};
use std::path::{Path, PathBuf};

/// # Errors
/// A URL on the command line holds a password, or a credentials file cannot be read.
pub fn nats(
    given: Option<&str>,
    config: &Config,
    roles: &Roles,
) -> anyhow::Result<Option<NatsOptions>> {
    let Some(url) = url("--nats", "ERRAND_NATS_URL", given, &config.errand_nats_url)? else {
        return Ok(None);
    };
    let usual = NatsOptions::new(url.expose_secret());
    Ok(Some(NatsOptions {
        credentials: credentials(config)?,
        role: user(roles),
        client_certificate: client_certificate(config)?,
        ca_file: config.errand_nats_ca_file.clone(),
        prefix: config.errand_nats_prefix.clone(),
        replicas: config.errand_nats_replicas.unwrap_or(usual.replicas),
        ..usual
    }))
}

/// The NATS user of a process: its role's own, or the one that may do the work of all.
fn user(roles: &Roles) -> errand_nats::Role {
    use errand_nats::Role as User;
    match roles.only() {
        None => User::Admin,
        Some(Role::Chat) => User::Chat,
        Some(Role::Spawner) => User::Spawner,
        Some(Role::Executor) => User::Executor,
        Some(Role::Notifier) => User::Notifier,
        Some(Role::Projector) => User::Projector,
        Some(Role::Dashboard) => User::Dashboard,
    }
}

fn client_certificate(config: &Config) -> anyhow::Result<Option<(PathBuf, PathBuf)>> {
    match (&config.errand_nats_cert_file, &config.errand_nats_key_file) {
        (Some(certificate), Some(key)) => Ok(Some((certificate.clone(), key.clone()))),
        (None, None) => Ok(None),
        _ => bail!("ERRAND_NATS_CERT_FILE and ERRAND_NATS_KEY_FILE belong together: set both"),
    }
}

/// # Errors
/// The URL on the command line holds a password.
pub fn postgres(given: Option<&str>, config: &Config) -> anyhow::Result<Option<PostgresOptions>> {
    let configured = &config.errand_database_url;
    let url = url("--database", "ERRAND_DATABASE_URL", given, configured)?;
    Ok(url.map(PostgresOptions::new))
}

fn url(
    flag: &str,
    key: &str,
    given: Option<&str>,
    configured: &Option<SecretString>,
) -> anyhow::Result<Option<SecretString>> {
    let Some(given) = given else {
        return Ok(configured.clone());
    };
    let one_has_password = given.split(',').any(|one| {
        let parsed = reqwest::Url::parse(one.trim());
        parsed.is_ok_and(|url| url.password().is_some())
    });
    if one_has_password {
        bail!(
            "{flag} holds a password, which every user of this machine could read: set {key} instead"
        );
    }
    Ok(Some(given.into()))
}

/// The one way of signing in that is configured.
fn credentials(config: &Config) -> anyhow::Result<Option<Credentials>> {
    let mut found = Vec::new();
    if let Some(file) = &config.errand_nats_nkey_file {
        let seed = secret("ERRAND_NATS_NKEY_FILE", file)?;
        found.push(("ERRAND_NATS_NKEY_FILE", Credentials::NKey(seed)));
    }
    if let Some(file) = &config.errand_nats_creds_file {
        let text = secret("ERRAND_NATS_CREDS_FILE", file)?;
        found.push(("ERRAND_NATS_CREDS_FILE", Credentials::Creds(text)));
    }
    if let Some(token) = &config.errand_nats_token {
        found.push(("ERRAND_NATS_TOKEN", Credentials::Token(token.clone())));
    }
    if let Some(user) = &config.errand_nats_user {
        let password = config
            .errand_nats_password
            .clone()
            .context("ERRAND_NATS_USER is set without ERRAND_NATS_PASSWORD: set both")?;
        let user = user.clone();
        found.push((
            "ERRAND_NATS_USER",
            Credentials::UserPassword { user, password },
        ));
    }
    if found.len() > 1 {
        let names: Vec<_> = found.iter().map(|(name, _)| *name).collect();
        bail!(
            "more than one way to sign in to NATS is set ({}): keep one",
            names.join(", ")
        );
    }
    Ok(found.pop().map(|(_, credentials)| credentials))
}

fn secret(key: &str, file: &Path) -> anyhow::Result<SecretString> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("{key}: {} cannot be read", file.display()))?;
    Ok(text.trim().into())
}
