//! Every reply of the language model as a span and a measure, named as OpenTelemetry's conventions for generative AI
//! have it. No words of a prompt or a reply go into either.
use super::vendors::CALL;
use async_trait::async_trait;
use errand_chat::llm::{
    GenaiModel, LanguageModel, LlmConfig, LlmError, LlmEvent, LlmRequest, LlmStream, Provider,
    Usage,
};
use errand_eventlog::metrics::{Seconds, USUAL};
use futures::StreamExt;
use std::time::Instant;
use tracing::{Instrument, Span, field::Empty};

static FIRST_TOKEN: Seconds = Seconds::new(
    "errand.llm.first_token.duration",
    "Time from a request to the language model to the first word or tool call of its reply",
    USUAL,
);

/// A language model, measured.
pub struct MeasuredModel {
    model: GenaiModel,
    provider: &'static str,
    name: String,
}

impl MeasuredModel {
    /// # Errors
    /// The configuration names the setting that is wrong.
    pub fn new(config: LlmConfig) -> Result<Self, LlmError> {
        Ok(Self {
            provider: match config.provider {
                Provider::Anthropic => "anthropic",
                Provider::OpenAi => "openai",
                Provider::Ollama => "ollama",
            },
            name: config.model.clone(),
            model: GenaiModel::new(config)?,
        })
    }

    fn call(&self) -> Call {
        let span = tracing::info_span!(
            "chat",
            otel.name = format!("chat {}", self.name),
            otel.kind = "client",
            otel.status_code = Empty,
            gen_ai.operation.name = "chat",
            gen_ai.provider.name = self.provider,
            gen_ai.request.model = self.name,
            gen_ai.usage.input_tokens = Empty,
            gen_ai.usage.output_tokens = Empty,
            errand.outcome = Empty,
        );
        Call {
            span,
            began: Instant::now(),
            has_begun: false,
            has_ended: false,
        }
    }
}

#[async_trait]
impl LanguageModel for MeasuredModel {
    fn name(&self) -> &str {
        &self.name
    }

    fn request_tokens(&self) -> usize {
        self.model.request_tokens()
    }

    async fn stream(&self, request: LlmRequest) -> Result<LlmStream, LlmError> {
        let mut call = self.call();
        let opening = self.model.stream(request).instrument(call.span.clone());
        let reply = opening
            .await
            .inspect_err(|error| call.ended(outcome(error)))?;
        let watched = reply.inspect(move |piece| call.saw(piece));
        Ok(watched.boxed())
    }

    async fn check(&self) -> Result<String, LlmError> {
        self.model.check().await
    }
}

/// One request and its reply.
struct Call {
    span: Span,
    began: Instant,
    has_begun: bool,
    has_ended: bool,
}

impl Call {
    fn saw(&mut self, piece: &Result<LlmEvent, LlmError>) {
        match piece {
            Ok(LlmEvent::Text(_) | LlmEvent::ToolCall(_)) => {
                if !self.has_begun {
                    self.has_begun = true;
                    FIRST_TOKEN.record(self.began.elapsed(), &[]);
                }
            }
            Ok(LlmEvent::Used(usage)) => self.used(usage),
            Ok(LlmEvent::Done { usage, .. }) => {
                self.used(usage);
                self.ended("ok");
            }
            // The one error after which the reply goes on.
            Err(LlmError::MalformedToolCall { .. }) => {}
            Err(error) => self.ended(outcome(error)),
        }
    }

    fn used(&self, usage: &Usage) {
        self.span
            .record("gen_ai.usage.input_tokens", usage.input_tokens)
            .record("gen_ai.usage.output_tokens", usage.output_tokens);
    }

    fn ended(&mut self, outcome: &'static str) {
        if self.has_ended {
            return;
        }
        self.has_ended = true;
        self.span.record("errand.outcome", outcome);
        if outcome != "ok" {
            self.span.record("otel.status_code", "ERROR");
        }
        // The span ends here, and not when its stream is dropped.
        self.span = Span::none();
        let labels = [
            ("vendor", "llm"),
            ("operation", "chat"),
            ("outcome", outcome),
        ];
        CALL.record(self.began.elapsed(), &labels);
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.ended("abandoned");
    }
}

fn outcome(error: &LlmError) -> &'static str {
    match error {
        LlmError::RateLimited { .. } | LlmError::Overloaded { .. } => "rate_limited",
        LlmError::Unavailable(_) | LlmError::Timeout { .. } | LlmError::Cut => "unavailable",
        LlmError::MalformedToolCall { .. } | LlmError::TooLong { .. } => "unusable",
        LlmError::Unauthorized(_) | LlmError::Invalid(_) | LlmError::ContextFull(_) => "refused",
    }
}
