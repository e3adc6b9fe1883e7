//! Which model is asked, where, and how long we wait for it.

use std::str::FromStr;
use std::time::Duration;

use secrecy::SecretString;

use super::error::LlmError;

/// Enough for a chat reply with several calls; a limit also on what one reply can cost.
pub const DEFAULT_MAX_OUTPUT_TOKENS: u32 = 8_192;
/// The reply may take this part of the context at most: a small one must hold the conversation too.
const REPLY_PART_OF_CONTEXT: u32 = 4;

/// The protocol a model is spoken to in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// Anthropic's Messages.
    Anthropic,
    /// OpenAI's chat completions, also as spoken by many others.
    OpenAi,
    /// Ollama's own protocol.
    Ollama,
}

impl Provider {
    /// The provider's own address, in the form its users know.
    pub fn default_base_url(self) -> &'static str {
        match self {
            Self::Anthropic => "https://api.anthropic.com",
            Self::OpenAi => "https://api.openai.com/v1",
            Self::Ollama => "http://127.0.0.1:11434",
        }
    }

    /// How much a model takes when nobody says: less than most do, because more is refused, or silently forgotten.
    pub fn default_context_tokens(self) -> u32 {
        match self {
            Self::Anthropic => 100_000,
            // Also of the many servers that speak its protocol with smaller models.
            Self::OpenAi => 32_000,
            // What Ollama itself gives a model on a small machine.
            Self::Ollama => 4_096,
        }
    }
}

impl FromStr for Provider {
    type Err = LlmError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name.to_ascii_lowercase().as_str() {
            "anthropic" => Ok(Self::Anthropic),
            "openai" => Ok(Self::OpenAi),
            "ollama" => Ok(Self::Ollama),
            _ => Err(LlmError::Invalid(format!(
                "unknown provider {name:?}: use anthropic, openai or ollama"
            ))),
        }
    }
}

/// What the client needs to know.
#[derive(Debug, Clone)]
pub struct LlmConfig {
    /// The protocol.
    pub provider: Provider,
    /// As the provider's own clients take it: Anthropic and Ollama without a path, OpenAI with `/v1`.
    pub base_url: String,
    /// The model's name at the provider, taken literally.
    pub model: String,
    /// The API key; servers on one's own machine often need none.
    pub key: Option<SecretString>,
    /// The provider ends longer replies with [`StopReason::MaxTokens`](super::StopReason::MaxTokens).
    pub max_output_tokens: u32,
    /// Request and reply together; older messages are left out to stay below it.
    pub context_tokens: u32,
    /// How long we wait.
    pub timeouts: LlmTimeouts,
}

impl LlmConfig {
    /// The provider at its own address, without a key, with the default limits.
    pub fn new(provider: Provider, model: impl Into<String>) -> Self {
        Self {
            provider,
            base_url: provider.default_base_url().to_owned(),
            model: model.into(),
            key: None,
            max_output_tokens: DEFAULT_MAX_OUTPUT_TOKENS,
            context_tokens: provider.default_context_tokens(),
            timeouts: LlmTimeouts::default(),
        }
    }

    /// What the reply may have.
    pub(crate) fn reply_tokens(&self) -> u32 {
        let part = self.context_tokens / REPLY_PART_OF_CONTEXT;
        self.max_output_tokens.min(part).max(1)
    }

    /// What is left for the request.
    pub(crate) fn request_tokens(&self) -> usize {
        let tokens = self.context_tokens.saturating_sub(self.reply_tokens());
        usize::try_from(tokens).unwrap_or(usize::MAX)
    }
}

/// How long each part of a reply may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LlmTimeouts {
    /// Until the connection stands.
    pub connect: Duration,
    /// From the request to the first token; a provider's pings do not count.
    pub first_token: Duration,
    /// Between two signs of life after that; pings count.
    pub between_chunks: Duration,
    /// From the request to the end of the reply.
    pub total: Duration,
}

impl Default for LlmTimeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            // A model on one's own machine may have to be loaded first.
            first_token: Duration::from_secs(120),
            between_chunks: Duration::from_secs(60),
            total: Duration::from_secs(600),
        }
    }
}
