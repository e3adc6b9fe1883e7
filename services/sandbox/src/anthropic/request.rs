//! A request to the Messages API, checked as Anthropic checks it.

use axum::body::Body;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::Value;

use super::problem::Problem;
use crate::body;

const MAX_BODY_BYTES: usize = 32 * 1024 * 1024;
const MAX_MESSAGES: usize = 100_000;

/// What the client sends; fields without a meaning here (temperature, metadata) are taken and ignored.
#[derive(Debug, Deserialize)]
pub(super) struct MessagesRequest {
    pub(super) model: String,
    pub(super) max_tokens: u64,
    pub(super) messages: Vec<Message>,
    #[serde(default)]
    pub(super) system: Value,
    #[serde(default)]
    pub(super) tools: Vec<Tool>,
    #[serde(default)]
    pub(super) tool_choice: Option<ToolChoice>,
    #[serde(default)]
    pub(super) stream: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Message {
    pub(super) role: String,
    pub(super) content: Content,
}

/// A text, or blocks of which only texts and tool results matter here.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Content {
    Text(String),
    Blocks(Vec<Value>),
}

#[derive(Debug, Deserialize)]
pub(super) struct Tool {
    pub(super) name: String,
    #[serde(default)]
    pub(super) input_schema: Value,
}

#[derive(Debug, Deserialize)]
pub(super) struct ToolChoice {
    #[serde(rename = "type")]
    pub(super) kind: String,
}

/// Reads and checks the request.
pub(super) async fn read(headers: HeaderMap, request: Body) -> Result<MessagesRequest, Problem> {
    let value = read_json(&headers, request).await?;
    understand(value)
}

/// The same for a request whose tokens are only counted, which needs no `max_tokens`.
pub(super) async fn read_to_count(
    headers: HeaderMap,
    request: Body,
) -> Result<MessagesRequest, Problem> {
    let mut value = read_json(&headers, request).await?;
    value["max_tokens"] = Value::from(1);
    understand(value)
}

async fn read_json(headers: &HeaderMap, request: Body) -> Result<Value, Problem> {
    check_headers(headers)?;
    let bytes = body::collect(request, MAX_BODY_BYTES)
        .await
        .map_err(|problem| Problem::TooLarge(problem.to_string()))?;
    serde_json::from_slice(&bytes)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| Problem::Invalid("The request body is not valid JSON".to_owned()))
}

fn understand(value: Value) -> Result<MessagesRequest, Problem> {
    for field in ["model", "max_tokens", "messages"] {
        if value.get(field).is_none_or(Value::is_null) {
            return Err(Problem::Invalid(format!("{field}: Field required")));
        }
    }
    let request =
        serde_json::from_value(value).map_err(|problem| Problem::Invalid(problem.to_string()))?;
    check(request)
}

fn check_headers(headers: &HeaderMap) -> Result<(), Problem> {
    let given = |name: &str| headers.get(name).is_some_and(|value| !value.is_empty());
    if !given("x-api-key") && !given("authorization") {
        return Err(Problem::NoKey);
    }
    if !given("anthropic-version") {
        return Err(Problem::Invalid(
            "anthropic-version: header is required".to_owned(),
        ));
    }
    Ok(())
}

fn check(request: MessagesRequest) -> Result<MessagesRequest, Problem> {
    let invalid = |message: &str| Err(Problem::Invalid(message.to_owned()));
    if request.max_tokens == 0 {
        return invalid("max_tokens: must be greater than or equal to 1");
    }
    if request.messages.len() > MAX_MESSAGES {
        return invalid("messages: too many");
    }
    let Some(last) = request.messages.last() else {
        return invalid("messages: at least one message is required");
    };
    if let Some(message) = request
        .messages
        .iter()
        .find(|message| !matches!(message.role.as_str(), "user" | "assistant" | "system"))
    {
        return invalid(&format!("messages: Unexpected role \"{}\"", message.role));
    }
    // Coding agents put remarks of their own behind the user's words.
    if last.role == "assistant" {
        return invalid("messages: the last message must be the user's");
    }
    if last.is_empty() {
        return invalid("messages: text content blocks must be non-empty");
    }
    Ok(request)
}

impl MessagesRequest {
    /// Whether the client has this tool.
    pub(super) fn offers(&self, tool: &str) -> bool {
        self.tools.iter().any(|offered| offered.name == tool)
    }

    /// The system's words, wherever they stand.
    pub(super) fn system_texts(&self) -> Vec<&str> {
        let own = match &self.system {
            Value::String(text) => vec![text.as_str()],
            Value::Array(blocks) => blocks.iter().filter_map(|it| it["text"].as_str()).collect(),
            _ => Vec::new(),
        };
        let said = self.messages.iter().filter(|it| it.role == "system");
        own.into_iter()
            .chain(said.flat_map(Message::texts))
            .collect()
    }
}

impl Message {
    /// The texts of this message, in order.
    pub(super) fn texts(&self) -> Vec<&str> {
        match &self.content {
            Content::Text(text) => vec![text.as_str()],
            Content::Blocks(blocks) => blocks
                .iter()
                .filter(|block| block["type"] == "text")
                .filter_map(|block| block["text"].as_str())
                .collect(),
        }
    }

    /// Whether it carries the result of a tool call.
    pub(super) fn has_tool_result(&self) -> bool {
        matches!(&self.content, Content::Blocks(blocks) if blocks.iter().any(|block| block["type"] == "tool_result"))
    }

    /// What the tools gave back.
    pub(super) fn tool_results(&self) -> Vec<String> {
        let Content::Blocks(blocks) = &self.content else {
            return Vec::new();
        };
        let results = blocks.iter().filter(|block| block["type"] == "tool_result");
        results.map(|block| text_of(&block["content"])).collect()
    }

    fn is_empty(&self) -> bool {
        match &self.content {
            Content::Text(text) => text.trim().is_empty(),
            Content::Blocks(blocks) => blocks.is_empty(),
        }
    }
}

/// A tool's result is a text, or blocks of which the texts count.
fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => blocks.iter().filter_map(|it| it["text"].as_str()).collect(),
        _ => String::new(),
    }
}
