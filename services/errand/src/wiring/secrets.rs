//! What must never be seen: the configured secrets, and whatever the environment calls one.
use crate::config::Config;
use errand_executor::redaction::Redactor;
use secrecy::SecretString;

/// Words by which variables are known to hold a secret.
const SECRET_WORDS: &[&str] = &[
    "CREDENTIAL",
    "CREDENTIALS",
    "KEY",
    "PASSWD",
    "PASSWORD",
    "SECRET",
    "TOKEN",
];

/// A redactor that knows every secret of this process.
pub fn redactor(config: &Config) -> Redactor {
    Redactor::new(configured(config).into_iter().chain(of_environment()))
}

fn configured(config: &Config) -> Vec<SecretString> {
    let values = [
        &config.anthropic_api_key,
        &config.errand_access_token,
        &config.errand_database_url,
        &config.errand_nats_password,
        &config.errand_nats_token,
        &config.github_token,
        &config.linear_api_key,
        &config.linear_webhook_secret,
        &config.openai_api_key,
        &config.slack_bot_token,
        &config.slack_signing_secret,
    ];
    let files = [
        &config.errand_github_app_key_file,
        &config.errand_nats_nkey_file,
        &config.errand_nats_creds_file,
        &config.errand_nats_key_file,
    ];
    let of_files = files.into_iter().flatten();
    let read = of_files.filter_map(|file| std::fs::read_to_string(file).ok());
    let values = values.into_iter().flatten().cloned();
    values.chain(read.map(SecretString::from)).collect()
}

fn of_environment() -> impl Iterator<Item = SecretString> {
    let named = std::env::vars_os().filter(|(name, value)| {
        let name = name.to_string_lossy().to_uppercase();
        let is_path = value.as_encoded_bytes().starts_with(b"/");
        !is_path && name.split('_').any(|word| SECRET_WORDS.contains(&word))
    });
    named.map(|(_, value)| value.to_string_lossy().into_owned().into())
}
