//! OpenAI's chat completions, as spoken by OpenAI and by many others.

use std::sync::Arc;

use errand_chat::llm::{
    GenaiModel, LanguageModel, LlmError, LlmEvent, LlmMessage, Provider, StopReason, ToolCall,
    Usage,
};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::stand_in::{KEY, Part, StandIn, calls, next, question, script, send, whole};

fn chunk(delta: Value, finish_reason: Option<&str>) -> Part {
    let choice = json!({ "index": 0, "delta": delta, "finish_reason": finish_reason });
    send(format!(
        "data: {}\n\n",
        json!({ "object": "chat.completion.chunk", "choices": [choice] })
    ))
}

fn call(index: u32, id: Option<&str>, input: &str) -> Part {
    let mut call = json!({ "index": index, "function": { "arguments": input } });
    if let Some(id) = id {
        call["id"] = id.into();
        call["function"]["name"] = "Task".into();
    }
    chunk(json!({ "tool_calls": [call] }), None)
}

fn end(finish_reason: &str) -> [Part; 3] {
    let usage = json!({ "choices": [], "usage": { "prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15 } });
    [
        chunk(json!({}), Some(finish_reason)),
        send(format!("data: {usage}\n\n")),
        send("data: [DONE]\n\n"),
    ]
}

fn done(stop: StopReason) -> Result<LlmEvent, LlmError> {
    Ok(LlmEvent::Done {
        usage: Usage {
            input_tokens: 12,
            output_tokens: 3,
        },
        stop,
    })
}

#[tokio::test]
async fn words_and_costs_are_read() {
    let words = [
        chunk(json!({ "role": "assistant", "content": "On " }), None),
        chunk(json!({ "content": "it." }), None),
    ];
    let provider = StandIn::start([script(words.into_iter().chain(end("stop")))]).await;
    let events = whole(&provider.model(Provider::OpenAi), question()).await;
    let word = |text: &str| Ok(LlmEvent::Text(text.to_owned()));
    assert_eq!(
        events,
        [word("On "), word("it."), done(StopReason::EndOfTurn)]
    );
    let asked = provider.asked().remove(0);
    assert_eq!(asked.path, "/v1/chat/completions");
    assert_eq!(asked.headers["authorization"], format!("Bearer {KEY}"));
    assert_eq!(asked.body["tools"][0]["function"]["name"], "Task");
    assert_eq!(asked.body["stream_options"]["include_usage"], true);
}

#[tokio::test]
async fn a_call_is_told_while_the_reply_still_goes_on() {
    let gate = Arc::new(Notify::new());
    let mut parts = vec![
        call(0, Some("call_a"), ""),
        call(0, None, "{\"prompt\":"),
        call(0, None, " \"build\"}"),
        call(1, Some("call_b"), ""),
        Part::Wait(Arc::clone(&gate)),
        call(1, None, "{\"prompt\": \"scan\"}"),
    ];
    parts.extend(end("tool_calls"));
    let provider = StandIn::start([script(parts)]).await;
    let mut events = provider
        .model(Provider::OpenAi)
        .stream(question())
        .await
        .unwrap();
    let made = |id: &str, prompt: &str| {
        let input = json!({ "prompt": prompt });
        Ok(LlmEvent::ToolCall(ToolCall {
            id: id.to_owned(),
            name: "Task".to_owned(),
            input,
        }))
    };
    assert_eq!(next(&mut events).await, made("call_a", "build"));
    gate.notify_one();
    assert_eq!(next(&mut events).await, made("call_b", "scan"));
    assert_eq!(next(&mut events).await, done(StopReason::ToolUse));
}

#[tokio::test]
async fn the_pieces_of_several_calls_may_be_mixed() {
    let mut parts = vec![
        call(0, Some("call_a"), ""),
        call(1, Some("call_b"), ""),
        call(0, None, "{\"n\""),
        call(1, None, "{\"n\":2}"),
        call(0, None, ":1}"),
    ];
    parts.extend(end("tool_calls"));
    let provider = StandIn::start([script(parts)]).await;
    let mut made = calls(&whole(&provider.model(Provider::OpenAi), question()).await);
    made.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(
        made,
        [
            ("call_a".to_owned(), json!({ "n": 1 })),
            ("call_b".to_owned(), json!({ "n": 2 }))
        ]
    );
}

#[tokio::test]
async fn a_reply_without_its_last_line_is_cut() {
    let provider = StandIn::start([script([chunk(json!({ "content": "On" }), None)])]).await;
    let events = whole(&provider.model(Provider::OpenAi), question()).await;
    assert_eq!(
        events,
        [Ok(LlmEvent::Text("On".to_owned())), Err(LlmError::Cut)]
    );
}

#[tokio::test]
async fn an_error_in_the_middle_has_its_type() {
    let error =
        json!({ "error": { "message": "The server had an error", "type": "server_error" } });
    let provider = StandIn::start([script([
        send(format!("data: {error}\n\n")),
        send("data: [DONE]\n\n"),
    ])])
    .await;
    let events = whole(&provider.model(Provider::OpenAi), question()).await;
    assert!(
        matches!(&events[..], [Err(LlmError::Unavailable(said))] if said.contains("The server had an error"))
    );
}

#[tokio::test]
async fn every_result_is_a_message_of_its_own_and_inputs_are_text() {
    let provider = StandIn::start([script(end("stop"))]).await;
    let mut request = question();
    let call = |id: &str| ToolCall {
        id: id.to_owned(),
        name: "Task".to_owned(),
        input: json!({ "prompt": id }),
    };
    let said = LlmMessage::Assistant {
        text: "Both.".to_owned(),
        tool_calls: vec![call("a"), call("b")],
    };
    request.history.push(said);
    for id in ["a", "b"] {
        request.history.push(LlmMessage::ToolResult {
            call_id: id.to_owned(),
            content: id.to_owned(),
        });
    }
    whole(&provider.model(Provider::OpenAi), request).await;
    let asked = provider.asked().remove(0);
    let messages = asked.body["messages"].as_array().unwrap();
    let roles: Vec<_> = messages
        .iter()
        .map(|message| message["role"].as_str().unwrap())
        .collect();
    assert_eq!(roles, ["system", "user", "assistant", "tool", "tool"]);
    assert_eq!(
        messages[2]["tool_calls"][1]["function"]["arguments"],
        "{\"prompt\":\"b\"}"
    );
    assert_eq!(messages[4]["tool_call_id"], "b");
}

#[tokio::test]
async fn a_model_whose_name_ends_like_an_effort_keeps_its_name() {
    let provider = StandIn::start([script(end("stop"))]).await;
    let mut config = provider.config(Provider::OpenAi);
    config.model = "some-model-high".to_owned();
    whole(&GenaiModel::new(config).unwrap(), question()).await;
    let asked = provider.asked().remove(0);
    assert_eq!(asked.body["model"], "some-model-high");
    assert!(asked.body.get("reasoning_effort").is_none());
}
