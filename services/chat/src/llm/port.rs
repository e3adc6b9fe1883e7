//! The port through which the chat speaks to a language model.

use async_trait::async_trait;
use futures::stream::BoxStream;
use serde_json::Value;

use super::error::LlmError;

/// A reply as it arrives.
///
/// It ends with [`LlmEvent::Done`] or with an error, never silently. [`LlmError::MalformedToolCall`] is the one
/// error after which it goes on: the other calls of the same reply stay good.
pub type LlmStream = BoxStream<'static, Result<LlmEvent, LlmError>>;

/// Everything the model is told.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LlmRequest {
    /// Who the model is and how it should behave.
    pub system: String,
    /// The conversation so far, oldest first, ending with what is to be answered.
    pub history: Vec<LlmMessage>,
    /// What the model may call.
    pub tools: Vec<ToolSpec>,
}

/// One message of the conversation.
#[derive(Debug, Clone, PartialEq)]
pub enum LlmMessage {
    /// What the user said.
    User(String),
    /// What the model said and called.
    Assistant {
        /// Markdown; may be empty when there are calls.
        text: String,
        /// In the order in which they were made.
        tool_calls: Vec<ToolCall>,
    },
    /// What came of one call. Every call of the message before needs one.
    ToolResult {
        /// The [`ToolCall::id`] it answers.
        call_id: String,
        /// Text, usually JSON.
        content: String,
    },
}

/// A tool the model may call.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolSpec {
    /// Letters, digits, `_` and `-`.
    pub name: String,
    /// Tells the model when and how to use it.
    pub description: String,
    /// JSON Schema of an object.
    pub input_schema: Value,
}

/// One call of a tool, whole.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolCall {
    /// The provider's name for this call, unique within the reply.
    pub id: String,
    /// The tool.
    pub name: String,
    /// Always a JSON object. It is not checked against the schema.
    pub input: Value,
}

/// A piece of a reply.
#[derive(Debug, Clone, PartialEq)]
pub enum LlmEvent {
    /// The next words.
    Text(String),
    /// A whole call, as soon as the next block begins or the reply ends.
    ToolCall(ToolCall),
    /// What the provider had told of the usage of a reply that breaks off; the error follows.
    Used(Usage),
    /// The reply is whole; nothing follows.
    Done {
        /// What it cost.
        usage: Usage,
        /// Why it ended.
        stop: StopReason,
    },
}

/// Tokens read and written; 0 where the provider does not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// The whole prompt, cached parts included.
    pub input_tokens: u64,
    /// The reply.
    pub output_tokens: u64,
}

/// Why a reply ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopReason {
    /// The model had said everything.
    EndOfTurn,
    /// The model waits for the results of its calls.
    ToolUse,
    /// The reply was longer than allowed and stops in the middle.
    MaxTokens,
    /// The provider or the model declined.
    Refused,
    /// Something else, in the provider's word.
    Other(String),
}

/// A language model that streams its replies.
#[async_trait]
pub trait LanguageModel: Send + Sync {
    /// The model's name at the provider.
    fn name(&self) -> &str;

    /// How long a request may be, in tokens.
    fn request_tokens(&self) -> usize;

    /// Opens a reply. Most failures, rate limits among them, come as the first item of the stream.
    ///
    /// Dropping the stream ends the request.
    async fn stream(&self, request: LlmRequest) -> Result<LlmStream, LlmError>;

    /// Checks key, model and connection with one very short reply; the answer says in words what was reached.
    async fn check(&self) -> Result<String, LlmError>;
}
