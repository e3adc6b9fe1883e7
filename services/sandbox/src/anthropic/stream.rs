//! An answer as Anthropic streams it: server-sent events, the words in small pieces, a tool's input as partial JSON.

use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use serde_json::{Value, json};

use super::reply::{Call, Reply, SIGNATURE};

const WORDS_A_PIECE: usize = 2;
const JSON_CHARS_A_PIECE: usize = 20;

/// One event, and whether a real model would take time to come up with it.
struct Event {
    name: &'static str,
    data: Value,
    thought: bool,
}

impl Event {
    fn new(name: &'static str, data: Value) -> Self {
        Self {
            name,
            data,
            thought: false,
        }
    }

    fn delta(index: usize, delta: Value) -> Self {
        let data = json!({"type": "content_block_delta", "index": index, "delta": delta});
        Self {
            name: "content_block_delta",
            data,
            thought: true,
        }
    }

    fn bytes(&self) -> Bytes {
        format!("event: {}\ndata: {}\n\n", self.name, self.data).into()
    }
}

/// The events of an answer, one piece a `pace`.
pub(super) fn stream(
    reply: &Reply,
    model: &str,
    input_tokens: u64,
    pace: Duration,
) -> impl Stream<Item = std::io::Result<Bytes>> + use<> {
    futures::stream::iter(events(reply, model, input_tokens)).then(move |event| async move {
        if event.thought && !pace.is_zero() {
            tokio::time::sleep(pace).await;
        }
        Ok(event.bytes())
    })
}

fn events(reply: &Reply, model: &str, input_tokens: u64) -> Vec<Event> {
    let message = Reply::empty_message(model, input_tokens);
    let mut events = vec![Event::new(
        "message_start",
        json!({"type": "message_start", "message": message}),
    )];
    let words = reply.words_of();
    events.extend(words.iter().enumerate().flat_map(|(index, block)| {
        match block["thinking"].as_str() {
            Some(thought) => thought_block(index, thought),
            None => text_block(index, &reply.text),
        }
    }));
    let calls = reply.calls.iter().enumerate();
    events.extend(calls.flat_map(|(number, call)| tool_block(words.len() + number, call)));
    let delta = json!({"stop_reason": reply.stop_reason(), "stop_sequence": null});
    let usage = json!({"output_tokens": reply.output_tokens()});
    events.push(Event::new(
        "message_delta",
        json!({"type": "message_delta", "delta": delta, "usage": usage}),
    ));
    events.push(Event::new("message_stop", json!({"type": "message_stop"})));
    events
}

fn thought_block(index: usize, thought: &str) -> Vec<Event> {
    let empty = json!({"type": "thinking", "thinking": "", "signature": ""});
    let mut events = vec![block_start(index, empty)];
    events.extend(
        pieces_of_words(thought)
            .into_iter()
            .map(|piece| Event::delta(index, json!({"type": "thinking_delta", "thinking": piece}))),
    );
    let signature = json!({"type": "signature_delta", "signature": SIGNATURE});
    events.extend([Event::delta(index, signature), block_stop(index)]);
    events
}

fn text_block(index: usize, text: &str) -> Vec<Event> {
    let mut events = vec![
        block_start(index, json!({"type": "text", "text": ""})),
        Event::new("ping", json!({"type": "ping"})),
    ];
    events.extend(
        pieces_of_words(text)
            .into_iter()
            .map(|piece| Event::delta(index, json!({"type": "text_delta", "text": piece}))),
    );
    events.push(block_stop(index));
    events
}

fn tool_block(index: usize, call: &Call) -> Vec<Event> {
    let start = json!({"type": "tool_use", "id": Call::new_id(), "name": call.tool, "input": {}});
    let partial = |piece: String| {
        Event::delta(
            index,
            json!({"type": "input_json_delta", "partial_json": piece}),
        )
    };
    let text: Vec<char> = call.input.to_string().chars().collect();
    let mut events = vec![block_start(index, start), partial(String::new())];
    events.extend(
        text.chunks(JSON_CHARS_A_PIECE)
            .map(|piece| partial(piece.iter().collect())),
    );
    events.push(block_stop(index));
    events
}

fn block_start(index: usize, block: Value) -> Event {
    Event::new(
        "content_block_start",
        json!({"type": "content_block_start", "index": index, "content_block": block}),
    )
}

fn block_stop(index: usize) -> Event {
    Event::new(
        "content_block_stop",
        json!({"type": "content_block_stop", "index": index}),
    )
}

/// A text in pieces of a few words, each with the space behind it, so that they join to the same text.
fn pieces_of_words(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_inclusive(' ').collect();
    words.chunks(WORDS_A_PIECE).map(<[&str]>::concat).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_join_to_what_was_said() {
        let call = Call::new(
            "Task",
            json!({"prompt": "ünïcode “quotes” and\nlines", "title": "x".repeat(70)}),
        );
        let reply = Reply::calling(
            "I'll spawn a codegen agent  to build it.",
            vec![call.clone()],
        );
        let events = events(&reply, "m", 1);
        let joined = |field: &str| -> String {
            events
                .iter()
                .filter_map(|event| event.data["delta"][field].as_str())
                .collect()
        };
        assert_eq!(joined("text"), reply.text);
        assert_eq!(
            serde_json::from_str::<Value>(&joined("partial_json")).expect("JSON"),
            call.input
        );
        let pieces = events
            .iter()
            .filter(|event| event.data["delta"]["type"] == "input_json_delta")
            .count();
        assert!(pieces > 3, "the input came in {pieces} pieces");
    }
}
