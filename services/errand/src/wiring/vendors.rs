//! Linear, Slack, GitHub and the language model: real where there is a credential, else the sandbox, else left out.
use super::stand_in;
use crate::{
    config::Config,
    telemetry::{Measured, MeasuredModel},
};
use anyhow::Context;
use async_trait::async_trait;
use errand_chat::llm::{LanguageModel, LlmConfig, LlmError, LlmRequest, LlmStream, Provider};
use errand_dashboard::VendorInfo;
use errand_executor::github::{App, CodeHost, Credential, GitHub};
use errand_notifier::slack::{Messenger, Slack, SlackConfig};
use errand_spawner::linear::{IssueTracker, Linear, LinearConfig};
use secrecy::SecretString;
use std::sync::Arc;

const DEFAULT_ANTHROPIC_MODEL: &str = "claude-sonnet-4-5";
const DEFAULT_SLACK_CHANNEL: &str = "general";
const GITHUB_API_URL: &str = "https://api.github.com";

/// The vendors as connected now.
pub struct Vendors {
    pub model: Arc<dyn LanguageModel>,
    pub tracker: Option<Arc<dyn IssueTracker>>,
    pub messenger: Option<Arc<dyn Messenger>>,
    pub code_host: Option<HostAccess>,
    pub secrets: CallSecrets,
    pub info: Vec<VendorInfo>,
}

/// A code host, which gives tokens to push to it.
#[derive(Clone)]
pub struct HostAccess {
    pub host: Arc<dyn CodeHost>,
    /// The sandbox's own forge, or GitHub.
    pub sandboxed: bool,
    /// Open pull requests as drafts.
    pub draft: bool,
}

/// # Errors
/// A configured value does not fit; the message names the key.
pub fn connect(
    config: &Config,
    http: &reqwest::Client,
    sandbox: Option<&str>,
) -> anyhow::Result<Vendors> {
    let mut info = Vec::new();
    Ok(Vendors {
        model: model(config, sandbox, &mut info)?,
        tracker: tracker(config, http, sandbox, &mut info),
        messenger: messenger(config, http, sandbox, &mut info),
        code_host: code_host(config, http, sandbox, &mut info)?,
        secrets: call_secrets(config, sandbox),
        info,
    })
}

/// What vendors' calls are signed with; a vendor without one is not listened to.
#[derive(Clone, Default)]
pub struct CallSecrets {
    pub slack: Option<SecretString>,
    pub linear: Option<SecretString>,
}

/// A vendor whom the sandbox plays signs as the sandbox does.
fn call_secrets(config: &Config, sandbox: Option<&str>) -> CallSecrets {
    let played = |is_live: bool| {
        let secret = sandbox.filter(|_| !is_live);
        secret.map(|_| stand_in::CREDENTIAL.into())
    };
    let own = config.slack_signing_secret.clone();
    let slack = own.or_else(|| played(config.slack_bot_token.is_some()));
    let own = config.linear_webhook_secret.clone();
    let linear = own.or_else(|| played(config.linear_api_key.is_some()));
    CallSecrets { slack, linear }
}

fn note(info: &mut Vec<VendorInfo>, name: &str, mode: &str, detail: impl Into<String>) {
    info.push(VendorInfo {
        name: name.to_owned(),
        mode: mode.to_owned(),
        detail: detail.into(),
    });
}

fn model(
    config: &Config,
    sandbox: Option<&str>,
    info: &mut Vec<VendorInfo>,
) -> anyhow::Result<Arc<dyn LanguageModel>> {
    const NAME: &str = "Language model";
    let settings = match (real_model(config)?, sandbox) {
        (Some(settings), _) => {
            note(info, NAME, "live", settings.base_url.clone());
            settings
        }
        (None, Some(sandbox)) => {
            note(
                info,
                NAME,
                "sandbox",
                "set ANTHROPIC_API_KEY to speak with a real model",
            );
            let mut settings = LlmConfig::new(Provider::Anthropic, DEFAULT_ANTHROPIC_MODEL);
            settings.base_url = format!("{sandbox}/anthropic");
            settings.key = Some(stand_in::CREDENTIAL.into());
            settings
        }
        (None, None) => {
            note(
                info,
                NAME,
                "off",
                "set ANTHROPIC_API_KEY, OPENAI_API_KEY, or ERRAND_LLM_PROVIDER=ollama",
            );
            return Ok(Arc::new(NoModel));
        }
    };
    let model = MeasuredModel::new(settings).context("the language model")?;
    Ok(Arc::new(model))
}

fn real_model(config: &Config) -> anyhow::Result<Option<LlmConfig>> {
    let named = config.errand_llm_provider.as_deref();
    let provider = match named {
        Some(name) => name.parse().context("ERRAND_LLM_PROVIDER")?,
        None if config.anthropic_api_key.is_some() => Provider::Anthropic,
        None if config.openai_api_key.is_some() => Provider::OpenAi,
        None => return Ok(None),
    };
    let (key, url) = match provider {
        Provider::Anthropic => (&config.anthropic_api_key, &config.anthropic_base_url),
        Provider::OpenAi => (&config.openai_api_key, &config.openai_base_url),
        Provider::Ollama => (&None, &config.ollama_base_url),
    };
    let model = match (&config.errand_llm_model, provider) {
        (Some(model), _) => model.clone(),
        (None, Provider::Anthropic) => DEFAULT_ANTHROPIC_MODEL.to_owned(),
        (None, _) => anyhow::bail!("ERRAND_LLM_MODEL is not set: name the model to speak with"),
    };
    let mut settings = LlmConfig::new(provider, model);
    if let Some(url) = url {
        settings.base_url.clone_from(url);
    }
    settings.key.clone_from(key);
    if let Some(tokens) = config.errand_llm_context_tokens {
        settings.context_tokens = tokens;
    }
    Ok(Some(settings))
}

fn tracker(
    config: &Config,
    http: &reqwest::Client,
    sandbox: Option<&str>,
    info: &mut Vec<VendorInfo>,
) -> Option<Arc<dyn IssueTracker>> {
    const NAME: &str = "Linear";
    let (api_url, api_key) = match (&config.linear_api_key, sandbox) {
        (Some(key), _) => {
            let url = config.linear_api_url.as_deref();
            let url = url.unwrap_or(LinearConfig::DEFAULT_API_URL).to_owned();
            note(info, NAME, "live", url.clone());
            (url, key.clone())
        }
        (None, Some(sandbox)) => {
            note(
                info,
                NAME,
                "sandbox",
                "set LINEAR_API_KEY to track in Linear itself",
            );
            (
                format!("{sandbox}/linear/graphql"),
                stand_in::CREDENTIAL.into(),
            )
        }
        (None, None) => {
            note(
                info,
                NAME,
                "off",
                "set LINEAR_API_KEY to track stories in Linear",
            );
            return None;
        }
    };
    let settings = LinearConfig {
        api_url,
        api_key,
        team: config.linear_team.clone(),
    };
    Some(Arc::new(Measured(Linear::new(settings, http.clone()))))
}

fn messenger(
    config: &Config,
    http: &reqwest::Client,
    sandbox: Option<&str>,
    info: &mut Vec<VendorInfo>,
) -> Option<Arc<dyn Messenger>> {
    const NAME: &str = "Slack";
    let (api_url, token) = match (&config.slack_bot_token, sandbox) {
        (Some(token), _) => {
            let url = config.slack_api_url.as_deref();
            let url = url.unwrap_or(SlackConfig::DEFAULT_API_URL).to_owned();
            note(info, NAME, "live", url.clone());
            (url, token.clone())
        }
        (None, Some(sandbox)) => {
            note(
                info,
                NAME,
                "sandbox",
                "set SLACK_BOT_TOKEN to post to Slack itself",
            );
            (format!("{sandbox}/slack/api/"), stand_in::CREDENTIAL.into())
        }
        (None, None) => {
            note(
                info,
                NAME,
                "off",
                "set SLACK_BOT_TOKEN to tell Slack how stories end",
            );
            return None;
        }
    };
    let channel = config.slack_channel.as_deref();
    let settings = SlackConfig {
        api_url,
        token,
        channel: channel.unwrap_or(DEFAULT_SLACK_CHANNEL).to_owned(),
    };
    Some(Arc::new(Measured(Slack::new(settings, http.clone()))))
}

fn code_host(
    config: &Config,
    http: &reqwest::Client,
    sandbox: Option<&str>,
    info: &mut Vec<VendorInfo>,
) -> anyhow::Result<Option<HostAccess>> {
    const NAME: &str = "GitHub";
    let (api_url, credential, sandboxed) = match (github_credential(config)?, sandbox) {
        (Some(credential), _) => {
            let url = config.github_api_url.as_deref();
            let url = url.unwrap_or(GITHUB_API_URL).to_owned();
            note(info, NAME, "live", url.clone());
            (url, credential, false)
        }
        (None, Some(sandbox)) => {
            let way_out = "set GITHUB_TOKEN to open pull requests at GitHub itself";
            note(info, NAME, "sandbox", way_out);
            let credential = Credential::Token(stand_in::CREDENTIAL.into());
            (format!("{sandbox}/github"), credential, true)
        }
        (None, None) => {
            note(info, NAME, "off", "set GITHUB_TOKEN to open pull requests");
            return Ok(None);
        }
    };
    let host = GitHub::new(&api_url, credential, http.clone()).context("GITHUB_API_URL")?;
    Ok(Some(HostAccess {
        host: Arc::new(Measured(host)),
        sandboxed,
        draft: config.errand_pull_request_draft.unwrap_or_default(),
    }))
}

/// An App wins over a token: it was set up for this, and a token may be lying in the shell.
fn github_credential(config: &Config) -> anyhow::Result<Option<Credential>> {
    match (
        &config.errand_github_app_id,
        &config.errand_github_app_key_file,
    ) {
        (Some(id), Some(file)) => Ok(Some(Credential::App(App::from_file(id, file)?))),
        (Some(_), None) => {
            anyhow::bail!("ERRAND_GITHUB_APP_KEY_FILE is not set: name the App's private key")
        }
        (None, Some(_)) => anyhow::bail!("ERRAND_GITHUB_APP_ID is not set: give the App's id"),
        (None, None) => Ok(config.github_token.clone().map(Credential::Token)),
    }
}

/// Stands where no model is configured: the chat says what to do.
struct NoModel;

#[async_trait]
impl LanguageModel for NoModel {
    fn name(&self) -> &'static str {
        "none"
    }

    fn request_tokens(&self) -> usize {
        0
    }

    async fn stream(&self, _: LlmRequest) -> Result<LlmStream, LlmError> {
        Err(no_model())
    }

    async fn check(&self) -> Result<String, LlmError> {
        Err(no_model())
    }
}

fn no_model() -> LlmError {
    LlmError::Invalid(
        "no language model is configured: set ANTHROPIC_API_KEY, OPENAI_API_KEY, or ERRAND_LLM_PROVIDER=ollama, or start without --no-sandbox"
            .to_owned(),
    )
}
