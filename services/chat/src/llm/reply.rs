//! One reply as it streams: every wait has a limit, every size has a limit, and the end is never silent.

use std::collections::VecDeque;
use std::sync::Arc;

use futures::StreamExt;
use futures::stream::{self, BoxStream};
use genai::chat::{ChatStreamEvent, StopReason as GenaiStop, StreamEnd};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, timeout_at};

use super::assembly::Assembly;
use super::config::{LlmTimeouts, Provider};
use super::error::LlmError;
use super::failure;
use super::port::{LlmEvent, LlmStream, StopReason, Usage};
use super::told::Told;

/// The words of one reply. A chat message is a thousandth of this.
pub(crate) const MAX_REPLY_BYTES: usize = 1024 * 1024;

type Outcome = Result<LlmEvent, LlmError>;

/// The state of a reply between two items.
struct Reply {
    source: BoxStream<'static, genai::Result<ChatStreamEvent>>,
    provider: Provider,
    key: SecretString,
    clock: Clock,
    assembly: Assembly,
    text_bytes: usize,
    ready: VecDeque<Outcome>,
    told: Arc<Told>,
    ended: bool,
}

/// Which wait is running out.
struct Clock {
    limits: LlmTimeouts,
    began: Instant,
    first_token_came: bool,
}

/// Makes our stream of the one `genai` gives.
pub(crate) fn watched(
    source: BoxStream<'static, genai::Result<ChatStreamEvent>>,
    provider: Provider,
    key: SecretString,
    limits: LlmTimeouts,
    told: Arc<Told>,
) -> LlmStream {
    let reply = Reply {
        source,
        provider,
        key,
        clock: Clock {
            limits,
            began: Instant::now(),
            first_token_came: false,
        },
        assembly: Assembly::new(provider == Provider::Anthropic),
        text_bytes: 0,
        ready: VecDeque::new(),
        told,
        ended: false,
    };
    stream::unfold(reply, |mut reply| async move {
        Some((reply.next().await?, reply))
    })
    .boxed()
}

impl Reply {
    async fn next(&mut self) -> Option<Outcome> {
        loop {
            if let Some(outcome) = self.ready.pop_front() {
                if !self.ended && outcome.as_ref().is_err_and(LlmError::is_final) {
                    // What else was read is no longer a part of any whole; what it used was used.
                    self.ended = true;
                    self.ready.clear();
                    if let Some(used) = self.told.usage() {
                        self.ready.push_back(outcome);
                        return Some(Ok(LlmEvent::Used(used)));
                    }
                }
                return Some(outcome);
            }
            if self.ended {
                return None;
            }
            let (deadline, expired) = self.clock.deadline();
            match timeout_at(deadline, self.source.next()).await {
                Ok(Some(Ok(event))) => self.take(event),
                Ok(Some(Err(error))) => {
                    self.ready
                        .push_back(Err(failure::typed(&error, self.key.expose_secret())));
                }
                // `genai` ends a cut stream like a whole one, only without its last event.
                Ok(None) => self.ready.push_back(Err(LlmError::Cut)),
                Err(_) => self.ready.push_back(Err(expired)),
            }
        }
    }

    fn take(&mut self, event: ChatStreamEvent) {
        match event {
            // Neither is a token: the one comes before anything was received, the other is a ping.
            ChatStreamEvent::Start | ChatStreamEvent::Heartbeat => {}
            ChatStreamEvent::ReasoningChunk(_) | ChatStreamEvent::ThoughtSignatureChunk(_) => {
                self.clock.first_token_came = true;
            }
            ChatStreamEvent::Chunk(chunk) => {
                self.clock.first_token_came = true;
                self.ready.extend(self.assembly.interrupted());
                self.text(chunk.content);
            }
            ChatStreamEvent::ToolCallChunk(chunk) => {
                self.clock.first_token_came = true;
                self.ready.extend(self.assembly.piece(chunk.tool_call));
            }
            ChatStreamEvent::End(end) => self.end(end),
        }
    }

    fn text(&mut self, words: String) {
        self.text_bytes += words.len();
        self.ready.push_back(if self.text_bytes > MAX_REPLY_BYTES {
            Err(LlmError::TooLong {
                what: "the text of a reply, in bytes",
                limit: MAX_REPLY_BYTES,
            })
        } else {
            Ok(LlmEvent::Text(words))
        });
    }

    fn end(&mut self, end: StreamEnd) {
        // For Ollama `genai` makes up an end when the stream is cut; only a real one has the counts.
        if self.provider == Provider::Ollama && end.captured_usage.is_none() {
            self.ready.push_back(Err(LlmError::Cut));
            return;
        }
        let calls = !self.assembly.is_empty();
        self.ready.extend(self.assembly.finish());
        let usage = end.captured_usage.unwrap_or_default();
        let count = |tokens: Option<i32>| {
            tokens
                .and_then(|tokens| u64::try_from(tokens).ok())
                .unwrap_or(0)
        };
        self.ready.push_back(Ok(LlmEvent::Done {
            usage: Usage {
                input_tokens: count(usage.prompt_tokens),
                output_tokens: count(usage.completion_tokens),
            },
            stop: stop_reason(end.captured_stop_reason, calls),
        }));
        self.ended = true;
    }
}

/// Ollama says "stop" also when it waits for tools, so the calls themselves count.
fn stop_reason(said: Option<GenaiStop>, calls: bool) -> StopReason {
    match said {
        Some(GenaiStop::MaxTokens(_)) => StopReason::MaxTokens,
        Some(GenaiStop::ContentFilter(_)) => StopReason::Refused,
        Some(GenaiStop::ToolCall(_) | GenaiStop::Completed(_)) | None if calls => {
            StopReason::ToolUse
        }
        Some(GenaiStop::ToolCall(_) | GenaiStop::Completed(_) | GenaiStop::StopSequence(_))
        | None => StopReason::EndOfTurn,
        Some(GenaiStop::Other(word)) => StopReason::Other(word),
    }
}

impl Clock {
    /// The moment at which patience for the next event ends, and the error that says so.
    ///
    /// Before the first token the wait goes on from the request, whatever pings arrive; after it every event,
    /// a ping too, begins a new wait.
    fn deadline(&self) -> (Instant, LlmError) {
        let limits = &self.limits;
        let (next, waiting_for, limit) = if self.first_token_came {
            (
                Instant::now() + limits.between_chunks,
                "the next piece",
                limits.between_chunks,
            )
        } else {
            (
                self.began + limits.first_token,
                "the first token",
                limits.first_token,
            )
        };
        let end = self.began + limits.total;
        if next < end {
            return (next, LlmError::Timeout { waiting_for, limit });
        }
        (
            end,
            LlmError::Timeout {
                waiting_for: "the whole reply",
                limit: limits.total,
            },
        )
    }
}
