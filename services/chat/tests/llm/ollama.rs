//! Ollama's own protocol.

use errand_chat::llm::{LlmError, LlmEvent, LlmMessage, Provider, StopReason, ToolCall, Usage};
use serde_json::{Value, json};

use super::stand_in::{Part, StandIn, calls, question, refusal, script, send, whole};

fn line(message: Value) -> Part {
    send(format!(
        "{}\n",
        json!({ "model": "a-model", "message": message, "done": false })
    ))
}

fn end() -> Part {
    let last = json!({
        "model": "a-model",
        "message": { "role": "assistant", "content": "" },
        "done": true,
        "done_reason": "stop",
        "prompt_eval_count": 21,
        "eval_count": 4,
    });
    send(format!("{last}\n"))
}

#[tokio::test]
async fn whole_calls_are_told_and_the_model_waits_for_results_though_it_says_stop() {
    let call =
        |prompt: &str| json!({ "function": { "name": "Task", "arguments": { "prompt": prompt } } });
    let parts = [
        line(json!({ "role": "assistant", "content": "Two agents." })),
        line(
            json!({ "role": "assistant", "content": "", "tool_calls": [call("build"), call("scan")] }),
        ),
        end(),
    ];
    let provider = StandIn::start([script(parts)]).await;
    let events = whole(&provider.model(Provider::Ollama), question()).await;
    assert_eq!(events[0], Ok(LlmEvent::Text("Two agents.".to_owned())));
    let inputs: Vec<_> = calls(&events).into_iter().map(|(_, input)| input).collect();
    assert_eq!(
        inputs,
        [json!({ "prompt": "build" }), json!({ "prompt": "scan" })]
    );
    let usage = Usage {
        input_tokens: 21,
        output_tokens: 4,
    };
    assert_eq!(
        events.last(),
        Some(&Ok(LlmEvent::Done {
            usage,
            stop: StopReason::ToolUse
        }))
    );
    assert_eq!(provider.asked()[0].path, "/api/chat");
}

#[tokio::test]
async fn a_reply_without_its_last_line_is_cut() {
    let provider = StandIn::start([script([line(
        json!({ "role": "assistant", "content": "On" }),
    )])])
    .await;
    let events = whole(&provider.model(Provider::Ollama), question()).await;
    assert_eq!(
        events,
        [Ok(LlmEvent::Text("On".to_owned())), Err(LlmError::Cut)]
    );
}

#[tokio::test]
async fn a_model_that_was_not_pulled_is_named() {
    let refused = refusal(
        404,
        &[],
        json!({ "error": "model 'a-model' not found, try pulling it first" }),
    );
    let provider = StandIn::start([refused]).await;
    let events = whole(&provider.model(Provider::Ollama), question()).await;
    assert!(
        matches!(&events[..], [Err(LlmError::Invalid(said))] if said.contains("try pulling it first"))
    );
}

#[tokio::test]
async fn every_result_is_a_message_of_its_own() {
    let provider = StandIn::start([script([end()])]).await;
    let mut request = question();
    let call = |id: &str| ToolCall {
        id: id.to_owned(),
        name: "Task".to_owned(),
        input: json!({ "prompt": id }),
    };
    let said = LlmMessage::Assistant {
        text: String::new(),
        tool_calls: vec![call("a"), call("b")],
    };
    request.history.push(said);
    for id in ["a", "b"] {
        request.history.push(LlmMessage::ToolResult {
            call_id: id.to_owned(),
            content: format!("result {id}"),
        });
    }
    whole(&provider.model(Provider::Ollama), request).await;
    let asked = provider.asked().remove(0);
    let messages = asked.body["messages"].as_array().unwrap();
    let results: Vec<_> = messages
        .iter()
        .filter(|message| message["role"] == "tool")
        .collect();
    assert_eq!(results.len(), 2);
    assert_eq!(results[0]["content"], "result a");
    assert_eq!(results[1]["content"], "result b");
}
