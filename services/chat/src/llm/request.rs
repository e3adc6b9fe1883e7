//! Our request in the words of `genai`.

use genai::chat::{
    ChatMessage, ChatRequest, ContentPart, MessageContent, Tool, ToolCall as GenaiCall,
    ToolResponse,
};

use super::config::Provider;
use super::port::{LlmMessage, LlmRequest, ToolCall, ToolSpec};

/// Translates a request for the provider.
pub(crate) fn to_genai(request: LlmRequest, provider: Provider) -> ChatRequest {
    let mut chat = ChatRequest::default();
    if !request.system.trim().is_empty() {
        chat = chat.with_system(request.system);
    }
    if !request.tools.is_empty() {
        chat = chat.with_tools(request.tools.into_iter().map(tool).collect::<Vec<_>>());
    }
    chat.append_messages(messages(request.history, provider))
}

fn messages(history: Vec<LlmMessage>, provider: Provider) -> Vec<ChatMessage> {
    let mut messages: Vec<ChatMessage> = Vec::with_capacity(history.len());
    let mut results: Vec<ToolResponse> = Vec::new();
    for message in history {
        if let LlmMessage::ToolResult { call_id, content } = message {
            results.push(ToolResponse::new(call_id, content));
            // Anthropic wants the results of one reply in one message; of several in one, Ollama sees the last.
            if provider != Provider::Anthropic {
                messages.extend(results.drain(..).map(ChatMessage::from));
            }
            continue;
        }
        if !results.is_empty() {
            messages.push(ChatMessage::from(std::mem::take(&mut results)));
        }
        messages.extend(spoken(message));
    }
    if !results.is_empty() {
        messages.push(ChatMessage::from(results));
    }
    messages
}

fn spoken(message: LlmMessage) -> Option<ChatMessage> {
    match message {
        LlmMessage::User(text) => Some(ChatMessage::user(text)),
        LlmMessage::Assistant { text, tool_calls } => {
            // Providers refuse empty text blocks and empty messages.
            let text = (!text.trim().is_empty()).then(|| ContentPart::from_text(text));
            let calls = tool_calls
                .into_iter()
                .map(|made| ContentPart::ToolCall(call(made)));
            let parts: Vec<ContentPart> = text.into_iter().chain(calls).collect();
            (!parts.is_empty()).then(|| ChatMessage::assistant(MessageContent::from_parts(parts)))
        }
        LlmMessage::ToolResult { .. } => None,
    }
}

fn call(made: ToolCall) -> GenaiCall {
    GenaiCall {
        call_id: made.id,
        fn_name: made.name,
        fn_arguments: made.input,
        thought_signatures: None,
    }
}

fn tool(spec: ToolSpec) -> Tool {
    Tool::new(spec.name)
        .with_description(spec.description)
        .with_schema(spec.input_schema)
}
