//! Anthropic's Messages.

use std::sync::Arc;

use errand_chat::llm::{
    LanguageModel, LlmError, LlmEvent, LlmMessage, Provider, StopReason, ToolCall, Usage,
};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::stand_in::{KEY, Part, StandIn, calls, next, question, script, send, whole};

/// One event as it goes over the wire.
fn event(kind: &str, mut data: Value) -> Part {
    data["type"] = kind.into();
    send(format!("event: {kind}\ndata: {data}\n\n"))
}

pub fn begin() -> Part {
    event(
        "message_start",
        json!({ "message": { "id": "m", "usage": { "input_tokens": 25, "output_tokens": 1 } } }),
    )
}

fn end(stop_reason: &str) -> [Part; 2] {
    let delta =
        json!({ "delta": { "stop_reason": stop_reason }, "usage": { "output_tokens": 42 } });
    [
        event("message_delta", delta),
        event("message_stop", json!({})),
    ]
}

fn open(index: u32, block: Value) -> Part {
    event(
        "content_block_start",
        json!({ "index": index, "content_block": block }),
    )
}

fn delta(index: u32, delta: Value) -> Part {
    event(
        "content_block_delta",
        json!({ "index": index, "delta": delta }),
    )
}

fn close(index: u32) -> Part {
    event("content_block_stop", json!({ "index": index }))
}

/// A text block in two pieces.
pub fn text(index: u32, one: &str, two: &str) -> Vec<Part> {
    let piece = |text: &str| delta(index, json!({ "type": "text_delta", "text": text }));
    vec![
        open(index, json!({ "type": "text", "text": "" })),
        piece(one),
        piece(two),
        close(index),
    ]
}

/// A call whose input comes in the given pieces.
fn call(index: u32, id: &str, pieces: &[&str]) -> Vec<Part> {
    let block = json!({ "type": "tool_use", "id": id, "name": "Task", "input": {} });
    let pieces = pieces.iter().map(|piece| {
        delta(
            index,
            json!({ "type": "input_json_delta", "partial_json": piece }),
        )
    });
    [open(index, block)]
        .into_iter()
        .chain(pieces)
        .chain([close(index)])
        .collect()
}

fn reply(blocks: impl IntoIterator<Item = Vec<Part>>, stop_reason: &str) -> Vec<Part> {
    [begin()]
        .into_iter()
        .chain(blocks.into_iter().flatten())
        .chain(end(stop_reason))
        .collect()
}

fn done(stop: StopReason) -> Result<LlmEvent, LlmError> {
    Ok(LlmEvent::Done {
        usage: Usage {
            input_tokens: 25,
            output_tokens: 42,
        },
        stop,
    })
}

#[tokio::test]
async fn words_come_as_they_are_written_and_the_end_says_what_they_cost() {
    let provider = StandIn::start([script(reply(
        [text(0, "I'll spawn ", "an agent…")],
        "end_turn",
    ))])
    .await;
    let events = whole(&provider.model(Provider::Anthropic), question()).await;
    let word = |text: &str| Ok(LlmEvent::Text(text.to_owned()));
    assert_eq!(
        events,
        [
            word("I'll spawn "),
            word("an agent…"),
            done(StopReason::EndOfTurn)
        ]
    );
}

#[tokio::test]
async fn a_call_is_told_while_the_reply_still_goes_on() {
    let gate = Arc::new(Notify::new());
    let mut parts = vec![begin()];
    parts.extend(text(0, "Two ", "agents."));
    parts.extend(call(1, "toolu_1", &["{\"prompt\": \"bu", "ild\"}"]));
    parts.push(open(
        2,
        json!({ "type": "tool_use", "id": "toolu_2", "name": "Task", "input": {} }),
    ));
    parts.push(Part::Wait(Arc::clone(&gate)));
    parts.push(delta(
        2,
        json!({ "type": "input_json_delta", "partial_json": "{\"prompt\": \"scan\"}" }),
    ));
    parts.push(close(2));
    parts.extend(end("tool_use"));
    let provider = StandIn::start([script(parts)]).await;
    let mut events = provider
        .model(Provider::Anthropic)
        .stream(question())
        .await
        .unwrap();
    assert_eq!(
        next(&mut events).await,
        Ok(LlmEvent::Text("Two ".to_owned()))
    );
    assert_eq!(
        next(&mut events).await,
        Ok(LlmEvent::Text("agents.".to_owned()))
    );
    let first = ToolCall {
        id: "toolu_1".to_owned(),
        name: "Task".to_owned(),
        input: json!({ "prompt": "build" }),
    };
    assert_eq!(next(&mut events).await, Ok(LlmEvent::ToolCall(first)));
    gate.notify_one();
    let second = ToolCall {
        id: "toolu_2".to_owned(),
        name: "Task".to_owned(),
        input: json!({ "prompt": "scan" }),
    };
    assert_eq!(next(&mut events).await, Ok(LlmEvent::ToolCall(second)));
    assert_eq!(next(&mut events).await, done(StopReason::ToolUse));
}

#[tokio::test]
async fn a_call_with_a_broken_input_is_named_and_the_others_stay_good() {
    let blocks = [
        call(0, "toolu_1", &["{\"prompt\": \"bu"]),
        call(1, "toolu_2", &["{}"]),
    ];
    let provider = StandIn::start([script(reply(blocks, "tool_use"))]).await;
    let events = whole(&provider.model(Provider::Anthropic), question()).await;
    assert_eq!(calls(&events), [("toolu_2".to_owned(), json!({}))]);
    let broken = events
        .iter()
        .find_map(|event| event.as_ref().err())
        .unwrap();
    assert!(
        matches!(broken, LlmError::MalformedToolCall { tool, call_id, .. } if tool == "Task" && call_id == "toolu_1")
    );
    assert!(broken.to_string().contains("Task"));
    assert_eq!(events.last(), Some(&done(StopReason::ToolUse)));
}

#[tokio::test]
async fn a_reply_that_hit_the_token_limit_says_so() {
    let provider =
        StandIn::start([script(reply([text(0, "And so", " on and")], "max_tokens"))]).await;
    let events = whole(&provider.model(Provider::Anthropic), question()).await;
    assert_eq!(events.last(), Some(&done(StopReason::MaxTokens)));
}

#[tokio::test]
async fn an_error_in_the_middle_has_its_type() {
    let mut parts = vec![begin()];
    parts.extend(text(0, "I'll ", "spawn"));
    parts.push(event(
        "error",
        json!({ "error": { "type": "overloaded_error", "message": "Overloaded" } }),
    ));
    let provider = StandIn::start([script(parts)]).await;
    let events = whole(&provider.model(Provider::Anthropic), question()).await;
    assert!(
        matches!(events.last(), Some(Err(LlmError::Overloaded { .. }))),
        "{events:?}"
    );
}

#[tokio::test]
async fn the_request_holds_key_system_tools_and_the_results_of_one_reply_together() {
    let provider = StandIn::start([script(reply([text(0, "Both ", "run.")], "end_turn"))]).await;
    let mut request = question();
    let call = |id: &str| ToolCall {
        id: id.to_owned(),
        name: "Task".to_owned(),
        input: json!({ "prompt": id }),
    };
    request.history.push(LlmMessage::Assistant {
        text: String::new(),
        tool_calls: vec![call("a"), call("b")],
    });
    for id in ["a", "b"] {
        request.history.push(LlmMessage::ToolResult {
            call_id: id.to_owned(),
            content: "{\"story\":1}".to_owned(),
        });
    }
    whole(&provider.model(Provider::Anthropic), request).await;
    let asked = provider.asked().remove(0);
    assert_eq!(asked.path, "/v1/messages");
    assert_eq!(asked.headers["x-api-key"], KEY);
    assert_eq!(asked.headers["anthropic-version"], "2023-06-01");
    assert_eq!(asked.body["system"], "You are the Head of Product.");
    assert_eq!(asked.body["tools"][0]["name"], "Task");
    assert_eq!(asked.body["tools"][0]["input_schema"]["type"], "object");
    assert_eq!(asked.body["stream"], true);
    assert_eq!(asked.body["max_tokens"], 8192);
    let messages = asked.body["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 3);
    assert_eq!(messages[1]["content"][0]["type"], "tool_use");
    assert_eq!(messages[1]["content"][1]["input"], json!({ "prompt": "b" }));
    let results = messages[2]["content"].as_array().unwrap();
    assert_eq!(
        results
            .iter()
            .map(|result| result["tool_use_id"].clone())
            .collect::<Vec<_>>(),
        ["a", "b"]
    );
}
