//! The language model: the connector behind the [`LanguageModel`] port.
//!
//! Anthropic, anything that speaks OpenAI's chat completions, and Ollama are reached through the `genai` crate,
//! whose traps are handled here so that nobody above has to know them. Read in this order: `port` is what the chat
//! sees, `client` opens a reply, `reply` watches it as it streams, `assembly` makes whole tool calls of pieces, `told`
//! knows what a reply used that is not whole, `failure` gives errors their types.

mod assembly;
mod client;
mod config;
mod error;
mod failure;
mod port;
mod reply;
mod request;
mod told;

pub use client::GenaiModel;
pub use config::{LlmConfig, LlmTimeouts, Provider};
pub use error::LlmError;
pub use port::{
    LanguageModel, LlmEvent, LlmMessage, LlmRequest, LlmStream, StopReason, ToolCall, ToolSpec,
    Usage,
};
