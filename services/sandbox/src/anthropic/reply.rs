//! What is answered: words, then tool calls.

use serde_json::{Value, json};
use uuid::Uuid;

use super::usage::tokens_of;

/// Clients hand a thought back with its signature; here nobody checks it.
pub(super) const SIGNATURE: &str = "c2FuZGJveA==";

/// One call of a tool.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    pub(super) tool: &'static str,
    pub(super) input: Value,
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reply {
    /// What a model that thinks aloud says before its words.
    pub(super) thought: Option<&'static str>,
    pub(super) text: String,
    pub(super) calls: Vec<Call>,
    /// Whether the answer ended because it became too long.
    pub(super) cut_short: bool,
}

impl Call {
    pub(super) fn new(tool: &'static str, input: Value) -> Self {
        Self { tool, input }
    }

    /// A new id, as Anthropic writes them.
    pub(super) fn new_id() -> String {
        format!("toolu_{}", &Uuid::new_v4().simple().to_string()[..24])
    }
}

impl Reply {
    pub(super) fn words(text: &str) -> Self {
        Self {
            thought: None,
            text: text.to_owned(),
            calls: Vec::new(),
            cut_short: false,
        }
    }

    pub(super) fn calling(text: &str, calls: Vec<Call>) -> Self {
        Self {
            thought: None,
            text: text.to_owned(),
            calls,
            cut_short: false,
        }
    }

    /// The same answer after a thought.
    pub(super) fn thinking(self, thought: &'static str) -> Self {
        Self {
            thought: Some(thought),
            ..self
        }
    }

    /// The blocks of words in front of the calls, as the message carries them.
    pub(super) fn words_of(&self) -> Vec<Value> {
        let thought = self.thought.map(
            |thought| json!({"type": "thinking", "thinking": thought, "signature": SIGNATURE}),
        );
        let text = (!self.text.is_empty() || self.calls.is_empty())
            .then(|| json!({"type": "text", "text": self.text}));
        thought.into_iter().chain(text).collect()
    }

    /// Ends it where `max_tokens` are reached: within the words, or before a call that would not fit.
    pub(super) fn within(mut self, max_tokens: u64) -> Self {
        let mut left = max_tokens;
        if tokens_of(&self.text) > left {
            let most = usize::try_from(left)
                .unwrap_or(usize::MAX)
                .saturating_mul(super::usage::CHARS_A_TOKEN);
            self.text = self.text.chars().take(most).collect();
            self.calls.clear();
            self.cut_short = true;
            return self;
        }
        left -= tokens_of(&self.text);
        let fitting = self.calls.iter().take_while(|call| {
            let cost = tokens_of(&call.input.to_string());
            let fits = cost <= left;
            left = left.saturating_sub(cost);
            fits
        });
        let fitting = fitting.count();
        self.cut_short = fitting < self.calls.len();
        self.calls.truncate(fitting);
        self
    }

    pub(super) fn stop_reason(&self) -> &'static str {
        match self {
            Self {
                cut_short: true, ..
            } => "max_tokens",
            Self { calls, .. } if !calls.is_empty() => "tool_use",
            _ => "end_turn",
        }
    }

    pub(super) fn output_tokens(&self) -> u64 {
        tokens_of(self.thought.unwrap_or_default())
            + tokens_of(&self.text)
            + self
                .calls
                .iter()
                .map(|call| tokens_of(&call.input.to_string()))
                .sum::<u64>()
    }

    /// The answer as one JSON message, for clients that do not stream.
    pub(super) fn message(&self, model: &str, input_tokens: u64) -> Value {
        let mut content = self.words_of();
        content.extend(self.calls.iter().map(|call| {
            json!({"type": "tool_use", "id": Call::new_id(), "name": call.tool, "input": call.input})
        }));
        let mut message = Self::empty_message(model, input_tokens);
        message["content"] = Value::Array(content);
        message["stop_reason"] = json!(self.stop_reason());
        message["usage"]["output_tokens"] = json!(self.output_tokens());
        message
    }

    /// The message before its first word, as `message_start` carries it.
    pub(super) fn empty_message(model: &str, input_tokens: u64) -> Value {
        json!({
            "id": format!("msg_{}", &Uuid::new_v4().simple().to_string()[..24]),
            "type": "message",
            "role": "assistant",
            "model": model,
            "content": [],
            "stop_reason": null,
            "stop_sequence": null,
            "usage": {
                "input_tokens": input_tokens,
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0,
                "output_tokens": 1,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_longer_than_allowed_is_cut_and_says_so() {
        let reply = Reply::calling("0123456789", vec![Call::new("Task", json!({"a": 1}))]);
        assert_eq!(reply.clone().within(2).text, "01234567");
        assert_eq!(reply.clone().within(2).stop_reason(), "max_tokens");
        let words_only = reply.clone().within(3);
        assert_eq!(
            (words_only.calls.len(), words_only.stop_reason()),
            (0, "max_tokens")
        );
        assert_eq!(reply.within(1_000).stop_reason(), "tool_use");
    }
}
