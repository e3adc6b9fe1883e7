//! Whole tool calls out of pieces.
//!
//! `genai` reports a call again and again with its input as far as it has arrived, as text, and says nothing when
//! the call is complete. A call is complete when something else begins and its input can be read, or when the reply
//! ends. OpenAI-like servers may mix the pieces of several calls, so an input that cannot be read yet waits.

use genai::chat::ToolCall as Piece;
use serde_json::{Map, Value};

use super::error::LlmError;
use super::port::{LlmEvent, ToolCall};

/// More calls in one reply are a model gone astray.
pub(crate) const MAX_TOOL_CALLS: usize = 64;
/// The input of one call; prompts for agents are a few kilobytes.
pub(crate) const MAX_TOOL_INPUT_BYTES: usize = 256 * 1024;
/// So much of an unreadable input's fault is told.
const MAX_REASON_CHARS: usize = 200;

type Outcome = Result<LlmEvent, LlmError>;

/// The calls of one reply.
#[derive(Debug)]
pub(crate) struct Assembly {
    /// Whether the provider ends one block before it begins the next, so that an empty input means "none".
    sequential: bool,
    calls: Vec<Call>,
}

#[derive(Debug)]
struct Call {
    key: String,
    name: String,
    input: Input,
    told: bool,
}

#[derive(Debug)]
enum Input {
    /// As far as it arrived.
    Text(String),
    /// It came in one piece.
    Whole(Value),
}

impl Assembly {
    pub(crate) fn new(sequential: bool) -> Self {
        Self {
            sequential,
            calls: Vec::new(),
        }
    }

    /// Whether any call has begun.
    pub(crate) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Takes the next report of a call; the answer is what became complete by it.
    pub(crate) fn piece(&mut self, piece: Piece) -> Vec<Outcome> {
        let input = match piece.fn_arguments {
            Value::String(text) => Input::Text(text),
            whole => Input::Whole(whole),
        };
        if input.bytes() > MAX_TOOL_INPUT_BYTES {
            let what = "the input of a tool call, in bytes";
            return vec![Err(LlmError::TooLong {
                what,
                limit: MAX_TOOL_INPUT_BYTES,
            })];
        }
        let known = self
            .calls
            .iter()
            .rposition(|call| call.continues(&piece.call_id, &input));
        let index = known.unwrap_or(self.calls.len());
        if index == MAX_TOOL_CALLS {
            return vec![Err(LlmError::TooLong {
                what: "the number of tool calls",
                limit: MAX_TOOL_CALLS,
            })];
        }
        match self.calls.get_mut(index) {
            Some(call) => call.input = input,
            None => self.calls.push(Call {
                key: piece.call_id,
                name: piece.fn_name,
                input,
                told: false,
            }),
        }
        self.complete(Some(index))
    }

    /// Something that is not a call has begun.
    pub(crate) fn interrupted(&mut self) -> Vec<Outcome> {
        self.complete(None)
    }

    /// The reply is whole: every call is complete, or will never be.
    pub(crate) fn finish(&mut self) -> Vec<Outcome> {
        let waiting = self
            .calls
            .iter_mut()
            .enumerate()
            .filter(|(_, call)| !call.told);
        waiting.map(|(index, call)| call.tell(index)).collect()
    }

    /// Tells every call that is readable, except that text which may still grow waits while it is `current`.
    fn complete(&mut self, current: Option<usize>) -> Vec<Outcome> {
        let sequential = self.sequential;
        let complete = |(index, call): &(usize, &mut Call)| match &call.input {
            _ if call.told => false,
            Input::Whole(_) => true,
            Input::Text(_) if current == Some(*index) => false,
            Input::Text(text) if text.is_empty() => sequential,
            Input::Text(text) => object(text).is_ok(),
        };
        let calls = self.calls.iter_mut().enumerate().filter(complete);
        calls.map(|(index, call)| call.tell(index)).collect()
    }
}

impl Call {
    /// Whether a report is about this call: the same id, and an input that only grew.
    ///
    /// The second part tells calls apart at servers that give all their calls one id, or none.
    fn continues(&self, key: &str, input: &Input) -> bool {
        match (&self.input, input) {
            (Input::Text(before), Input::Text(now)) => {
                self.key == key && now.starts_with(before.as_str())
            }
            _ => false,
        }
    }

    fn tell(&mut self, index: usize) -> Outcome {
        self.told = true;
        let id = if self.key.is_empty() {
            format!("call_{index}")
        } else {
            self.key.clone()
        };
        let input = match &self.input {
            Input::Text(text) => object(text),
            Input::Whole(value) => shaped(value.clone()),
        };
        match input {
            Ok(input) if !self.name.is_empty() => Ok(LlmEvent::ToolCall(ToolCall {
                id,
                name: self.name.clone(),
                input: Value::Object(input),
            })),
            Ok(_) => Err(malformed("?", id, "the call names no tool")),
            Err(reason) => Err(malformed(&self.name, id, &reason)),
        }
    }
}

impl Input {
    fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Whole(value) => value.to_string().len(),
        }
    }
}

fn malformed(tool: &str, call_id: String, reason: &str) -> LlmError {
    let reason = reason.chars().take(MAX_REASON_CHARS).collect();
    LlmError::MalformedToolCall {
        tool: tool.to_owned(),
        call_id,
        reason,
    }
}

/// A tool without parameters may be called with nothing at all.
fn object(text: &str) -> Result<Map<String, Value>, String> {
    if text.trim().is_empty() {
        return Ok(Map::new());
    }
    shaped(serde_json::from_str(text).map_err(|error| error.to_string())?)
}

fn shaped(value: Value) -> Result<Map<String, Value>, String> {
    match value {
        Value::Object(object) => Ok(object),
        Value::Null => Ok(Map::new()),
        Value::Array(_) => Err("it is a list".to_owned()),
        _ => Err("it is a single value".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn piece(id: &str, input: Value) -> Piece {
        Piece {
            call_id: id.to_owned(),
            fn_name: "Task".to_owned(),
            fn_arguments: input,
            thought_signatures: None,
        }
    }

    fn call(id: &str, input: Value) -> Outcome {
        Ok(LlmEvent::ToolCall(ToolCall {
            id: id.to_owned(),
            name: "Task".to_owned(),
            input,
        }))
    }

    #[test]
    fn a_call_is_told_once_when_the_next_begins() {
        let mut assembly = Assembly::new(true);
        assert!(assembly.piece(piece("a", json!(""))).is_empty());
        assert!(assembly.piece(piece("a", json!("{\"n\":"))).is_empty());
        assert!(assembly.piece(piece("a", json!("{\"n\":1}"))).is_empty());
        assert_eq!(
            assembly.piece(piece("b", json!(""))),
            [call("a", json!({"n": 1}))]
        );
        assert!(assembly.piece(piece("b", json!("{\"n\":2}"))).is_empty());
        assert_eq!(assembly.finish(), [call("b", json!({"n": 2}))]);
        assert!(assembly.finish().is_empty());
    }

    #[test]
    fn a_call_is_told_when_text_follows() {
        let mut assembly = Assembly::new(false);
        assembly.piece(piece("a", json!("{}")));
        assert_eq!(assembly.interrupted(), [call("a", json!({}))]);
    }

    #[test]
    fn mixed_pieces_wait_until_their_input_can_be_read() {
        let mut assembly = Assembly::new(false);
        assert!(assembly.piece(piece("a", json!(""))).is_empty());
        assert!(assembly.piece(piece("b", json!(""))).is_empty());
        assert!(assembly.piece(piece("a", json!("{\"n\":"))).is_empty());
        assert!(assembly.piece(piece("b", json!("{\"n\":2}"))).is_empty());
        assert_eq!(
            assembly.piece(piece("a", json!("{\"n\":1}"))),
            [call("b", json!({"n": 2}))]
        );
        assert_eq!(assembly.finish(), [call("a", json!({"n": 1}))]);
    }

    #[test]
    fn a_whole_input_is_told_at_once() {
        let mut assembly = Assembly::new(false);
        assert_eq!(
            assembly.piece(piece("a", json!({"n": 1}))),
            [call("a", json!({"n": 1}))]
        );
    }

    #[test]
    fn calls_that_share_an_id_are_told_apart_by_their_input() {
        let mut assembly = Assembly::new(false);
        assembly.piece(piece("", json!("{\"n\":1}")));
        assert_eq!(
            assembly.piece(piece("", json!("{\"n\":2}"))),
            [call("call_0", json!({"n": 1}))]
        );
        assert_eq!(assembly.finish(), [call("call_1", json!({"n": 2}))]);
    }

    #[test]
    fn an_empty_input_means_none_and_a_broken_one_names_the_tool() {
        let mut assembly = Assembly::new(true);
        assembly.piece(piece("a", json!("")));
        assert_eq!(
            assembly.piece(piece("b", json!("{\"n\": oops"))),
            [call("a", json!({}))]
        );
        assert!(assembly.interrupted().is_empty());
        let told = assembly.finish();
        assert!(
            matches!(&told[..], [Err(LlmError::MalformedToolCall { tool, call_id, .. })] if tool == "Task" && call_id == "b")
        );
        assert!(!told[0].as_ref().unwrap_err().is_final());
    }

    #[test]
    fn a_list_is_not_an_input() {
        let mut assembly = Assembly::new(false);
        assembly.piece(piece("a", json!("[1]")));
        assert!(
            matches!(&assembly.finish()[..], [Err(LlmError::MalformedToolCall { reason, .. })] if reason == "it is a list")
        );
    }

    #[test]
    fn a_flood_of_calls_or_input_is_stopped() {
        let mut assembly = Assembly::new(true);
        let flood = assembly.piece(piece("a", json!("x".repeat(MAX_TOOL_INPUT_BYTES + 1))));
        assert!(matches!(&flood[..], [Err(LlmError::TooLong { .. })]));
        let mut last = Vec::new();
        for number in 0..=MAX_TOOL_CALLS {
            last = assembly.piece(piece(&number.to_string(), json!("")));
        }
        assert!(matches!(
            &last[..],
            [Err(LlmError::TooLong {
                limit: MAX_TOOL_CALLS,
                ..
            })]
        ));
    }
}
