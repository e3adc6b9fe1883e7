//! The client: one model at one provider.

use std::sync::Arc;

use async_trait::async_trait;
use futures::StreamExt;
use genai::adapter::AdapterKind;
use genai::chat::{ChatOptions, ReasoningEffort};
use genai::resolver::{AuthData, Endpoint};
use genai::{Client, ModelIden, ServiceTarget};
use secrecy::{ExposeSecret, SecretString};

use super::config::{LlmConfig, Provider};
use super::error::LlmError;
use super::failure;
use super::port::{LanguageModel, LlmEvent, LlmMessage, LlmRequest, LlmStream};
use super::reply;
use super::request;
use super::told::Told;

/// Enough for a word, and the least that every model takes.
const CHECK_OUTPUT_TOKENS: u32 = 16;

/// A language model reached through `genai`.
pub struct GenaiModel {
    client: Client,
    config: LlmConfig,
    endpoint: String,
}

impl GenaiModel {
    /// A client that has not connected yet.
    ///
    /// Needs the process's TLS provider to be installed. Errors name the setting that is wrong.
    pub fn new(config: LlmConfig) -> Result<Self, LlmError> {
        if config.model.trim().is_empty() {
            return Err(LlmError::Invalid("no model is named".to_owned()));
        }
        let endpoint = endpoint(config.provider, &config.base_url)?;
        let http = reqwest::Client::builder()
            .connect_timeout(config.timeouts.connect)
            .build();
        let http = http.map_err(|error| {
            LlmError::Invalid(format!("the HTTP client cannot be built: {error}"))
        })?;
        let client = Client::builder().with_reqwest(http).build();
        let client = client.map_err(|error| LlmError::Invalid(error.to_string()))?;
        Ok(Self {
            client,
            config,
            endpoint,
        })
    }

    async fn open(&self, request: LlmRequest, max_tokens: u32) -> Result<LlmStream, LlmError> {
        let key = self
            .config
            .key
            .clone()
            .unwrap_or_else(|| SecretString::from(String::new()));
        let request = request::to_genai(request, self.config.provider);
        let told = Arc::new(Told::default());
        let options = self.options(max_tokens, &told);
        let opened = self
            .client
            .exec_chat_stream(self.target(&key), request, Some(&options))
            .await;
        let opened = opened.map_err(|error| failure::typed(&error, key.expose_secret()))?;
        Ok(reply::watched(
            opened.stream.boxed(),
            self.config.provider,
            key,
            self.config.timeouts,
            told,
        ))
    }

    fn target(&self, key: &SecretString) -> ServiceTarget {
        let kind = match self.config.provider {
            Provider::Anthropic => AdapterKind::Anthropic,
            Provider::OpenAi => AdapterKind::OpenAI,
            Provider::Ollama => AdapterKind::Ollama,
        };
        ServiceTarget {
            endpoint: Endpoint::from_owned(self.endpoint.as_str()),
            auth: AuthData::from_single(key.expose_secret()),
            model: ModelIden::new(kind, self.config.model.as_str()),
        }
    }

    fn options(&self, max_tokens: u32, told: &Arc<Told>) -> ChatOptions {
        // Captured calls are what makes the pieces of an OpenAI-like stream add up.
        let options = ChatOptions::default()
            .with_max_tokens(max_tokens)
            .with_capture_usage(true)
            .with_capture_tool_calls(true);
        match self.config.provider {
            // Without an effort `genai` takes an ending like `-max` off the model's name; a budget is not sent.
            Provider::OpenAi => options.with_reasoning_effort(ReasoningEffort::Budget(0)),
            Provider::Anthropic => options.with_raw_frame_sink_arc(Arc::<Told>::clone(told)),
            Provider::Ollama => options,
        }
    }
}

#[async_trait]
impl LanguageModel for GenaiModel {
    fn name(&self) -> &str {
        &self.config.model
    }

    fn request_tokens(&self) -> usize {
        self.config.request_tokens()
    }

    async fn stream(&self, request: LlmRequest) -> Result<LlmStream, LlmError> {
        self.open(request, self.config.reply_tokens()).await
    }

    async fn check(&self) -> Result<String, LlmError> {
        let history = vec![LlmMessage::User("Answer with the word OK.".to_owned())];
        let request = LlmRequest {
            history,
            ..LlmRequest::default()
        };
        let mut reply = self.open(request, CHECK_OUTPUT_TOKENS).await?;
        while let Some(event) = reply.next().await {
            if let LlmEvent::Text(_) | LlmEvent::Done { .. } = event? {
                return Ok(format!(
                    "{} answers at {}",
                    self.config.model, self.config.base_url
                ));
            }
        }
        Err(LlmError::Cut)
    }
}

/// The address as `genai` wants it: with the version for Anthropic, and with a slash at the end.
fn endpoint(provider: Provider, base_url: &str) -> Result<String, LlmError> {
    let base = base_url.trim().trim_end_matches('/');
    let parsed = reqwest::Url::parse(base);
    if !parsed.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
        let said = format!("the base URL {base_url:?} is no http or https address");
        return Err(LlmError::Invalid(said));
    }
    let version = if provider == Provider::Anthropic && !base.ends_with("/v1") {
        "/v1"
    } else {
        ""
    };
    Ok(format!("{base}{version}/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_urls_are_taken_as_the_providers_own_clients_take_them() {
        let made = |provider, base| endpoint(provider, base).unwrap();
        assert_eq!(
            made(Provider::Anthropic, "https://api.anthropic.com"),
            "https://api.anthropic.com/v1/"
        );
        assert_eq!(
            made(Provider::Anthropic, "http://127.0.0.1:1/anthropic/v1/"),
            "http://127.0.0.1:1/anthropic/v1/"
        );
        assert_eq!(
            made(Provider::OpenAi, "https://api.openai.com/v1"),
            "https://api.openai.com/v1/"
        );
        assert_eq!(
            made(Provider::Ollama, "http://127.0.0.1:11434/"),
            "http://127.0.0.1:11434/"
        );
        assert!(matches!(
            endpoint(Provider::OpenAi, "localhost"),
            Err(LlmError::Invalid(_))
        ));
    }
}
