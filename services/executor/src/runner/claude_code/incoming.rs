//! What `claude` prints, one message a line. Kinds and fields that mean nothing to a run are passed over.

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Incoming {
    System(System),
    Assistant {
        message: AssistantMessage,
    },
    User {
        message: UserMessage,
        /// Our own message, as the program begins to work on it.
        #[serde(default, rename = "isReplay")]
        is_replay: bool,
        #[serde(default)]
        tool_use_result: Value,
    },
    Result(Box<TurnResult>),
    ControlRequest {
        request_id: String,
        request: ControlRequest,
    },
    ControlResponse {
        response: ControlResponse,
    },
    ControlCancelRequest {
        request_id: String,
    },
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "subtype", rename_all = "snake_case")]
pub(super) enum System {
    Init {
        #[serde(default)]
        claude_code_version: String,
    },
    ApiRetry {
        #[serde(default)]
        error_status: Option<u16>,
    },
    #[serde(other)]
    Other,
}

/// One block of a message; the blocks of one message share its id.
#[derive(Debug, Deserialize)]
pub(super) struct AssistantMessage {
    pub(super) id: String,
    #[serde(default)]
    pub(super) content: Vec<Block>,
    #[serde(default)]
    pub(super) usage: TokenUsage,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Block {
    Text {
        text: String,
    },
    Thinking {
        thinking: String,
    },
    ToolUse {
        id: String,
        name: String,
        #[serde(default)]
        input: Value,
    },
    ToolResult {
        tool_use_id: String,
        #[serde(default)]
        content: Value,
        #[serde(default)]
        is_error: bool,
    },
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
pub(super) struct UserMessage {
    pub(super) content: UserContent,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum UserContent {
    Blocks(Vec<Block>),
    Text(#[expect(dead_code, reason = "only its shape tells it from blocks")] String),
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
pub(super) struct TokenUsage {
    pub(super) input_tokens: u64,
    pub(super) cache_creation_input_tokens: u64,
    pub(super) cache_read_input_tokens: u64,
    pub(super) output_tokens: u64,
}

/// The end of one turn; the program then waits for the next message.
#[derive(Debug, Deserialize)]
pub(super) struct TurnResult {
    pub(super) subtype: String,
    #[serde(default)]
    pub(super) is_error: bool,
    #[serde(default)]
    pub(super) api_error_status: Option<u16>,
    #[serde(default)]
    pub(super) result: String,
    #[serde(default)]
    pub(super) errors: Vec<String>,
    #[serde(default)]
    pub(super) stop_reason: Option<String>,
    /// Of the whole process so far.
    #[serde(default)]
    pub(super) total_cost_usd: Option<f64>,
    /// Of the whole process so far, by model.
    #[serde(default, rename = "modelUsage")]
    pub(super) model_usage: BTreeMap<String, ModelUsage>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ModelUsage {
    pub(super) input_tokens: u64,
    pub(super) output_tokens: u64,
    pub(super) cache_read_input_tokens: u64,
    pub(super) cache_creation_input_tokens: u64,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "subtype", rename_all = "snake_case")]
pub(super) enum ControlRequest {
    CanUseTool(ToolPermission),
    #[serde(other)]
    Other,
}

/// The program asks whether it may use a tool.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct ToolPermission {
    pub(super) tool_name: String,
    #[serde(default)]
    pub(super) input: Value,
    #[serde(default)]
    pub(super) tool_use_id: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct ControlResponse {
    pub(super) request_id: String,
}

impl TokenUsage {
    /// All that the model read, from the cache or not.
    pub(super) const fn read(self) -> u64 {
        self.input_tokens + self.cache_creation_input_tokens + self.cache_read_input_tokens
    }
}

impl ModelUsage {
    pub(super) const fn read(&self) -> u64 {
        self.input_tokens + self.cache_creation_input_tokens + self.cache_read_input_tokens
    }
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    _kind: String,
}

/// Whether a line is a message at all.
pub(super) fn is_message(line: &str) -> bool {
    line.starts_with('{') && serde_json::from_str::<Envelope>(line).is_ok()
}

/// The message in `line`; one of a shape that is not known counts as [`Incoming::Other`].
pub(super) fn parse(line: &str) -> Incoming {
    serde_json::from_str(line).unwrap_or_else(|error| {
        tracing::debug!(%error, "claude printed a message of another shape");
        Incoming::Other
    })
}
