use serde_json::{Value, json};

use crate::support::Running;

fn task_tool() -> Value {
    json!([{"name": "Task", "description": "Spawn", "input_schema": {"type": "object", "properties": {
        "agent_type": {"type": "string", "enum": ["codegen", "security", "seo", "performance", "accessibility"]},
        "title": {"type": "string"}, "prompt": {"type": "string"}}, "required": ["agent_type", "title", "prompt"]}}])
}

fn post(running: &Running, body: &Value) -> reqwest::RequestBuilder {
    let request = running
        .http
        .post(format!("{}/anthropic/v1/messages", running.url));
    request
        .header("x-api-key", "sk-test")
        .header("anthropic-version", "2023-06-01")
        .json(body)
}

async fn said(running: &Running, messages: Value) -> Value {
    let body =
        json!({"model": "claude", "max_tokens": 1000, "tools": task_tool(), "messages": messages});
    post(running, &body)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON")
}

#[tokio::test]
async fn an_answer_streams_as_events_and_ends_with_the_tool_call() {
    let running = Running::start().await;
    let messages = json!([{"role": "user", "content": "build email capture for the hero"}]);
    let body = json!({"model": "claude", "max_tokens": 1000, "tools": task_tool(), "messages": messages, "stream": true});
    let response = post(&running, &body).send().await.expect("an answer");
    assert_eq!(
        response.headers()["content-type"],
        "text/event-stream; charset=utf-8"
    );
    let text = response.text().await.expect("text");
    let names: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("event: "))
        .collect();
    assert_eq!(
        (names.first(), names.last()),
        (Some(&"message_start"), Some(&"message_stop")),
        "{names:?}"
    );
    let events: Vec<Value> = text
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str(data).expect("JSON"))
        .collect();
    let joined = |field: &str| {
        events
            .iter()
            .filter_map(|event| event["delta"][field].as_str())
            .collect::<String>()
    };
    assert_eq!(
        joined("text"),
        "I'll spawn a codegen agent to build email capture for the hero."
    );
    let input: Value = serde_json::from_str(&joined("partial_json")).expect("JSON");
    assert_eq!(
        (&input["agent_type"], &input["prompt"]),
        (
            &json!("codegen"),
            &json!("build email capture for the hero")
        )
    );
    let end = events
        .iter()
        .find(|event| event["type"] == "message_delta")
        .expect("an end");
    assert_eq!(end["delta"]["stop_reason"], "tool_use");
    assert!(
        end["usage"]["output_tokens"]
            .as_u64()
            .is_some_and(|tokens| tokens > 10)
    );
}

#[tokio::test]
async fn a_question_about_security_is_answered_with_an_offer_and_a_yes_takes_it_up() {
    let running = Running::start().await;
    let worry = json!({"role": "user", "content": "Is our login secure?"});
    let offer = said(&running, json!([worry])).await;
    let words = offer["content"][0]["text"]
        .as_str()
        .expect("words")
        .to_owned();
    assert!(
        words.ends_with("Should I spawn a security agent to analyze this?"),
        "{words}"
    );
    let yes = json!([worry, {"role": "assistant", "content": words}, {"role": "user", "content": [{"type": "text", "text": "Yes, spawn a security agent to analyze this"}]}]);
    let taken = said(&running, yes).await;
    assert_eq!(taken["stop_reason"], "tool_use", "{taken}");
    assert_eq!(taken["content"][1]["input"]["agent_type"], "security");
    assert_eq!(
        taken["content"][1]["input"]["prompt"],
        "Is our login secure?"
    );
}

#[tokio::test]
async fn an_audit_calls_the_tool_four_times_and_a_tool_result_ends_the_turn() {
    let running = Running::start().await;
    let audit = json!({"role": "user", "content": "full audit on the checkout"});
    let answer = said(&running, json!([audit])).await;
    let calls: Vec<&Value> = answer["content"]
        .as_array()
        .expect("blocks")
        .iter()
        .filter(|block| block["type"] == "tool_use")
        .collect();
    assert_eq!(calls.len(), 4, "{answer}");
    let results: Vec<Value> = calls
        .iter()
        .map(|call| json!({"type": "tool_result", "tool_use_id": call["id"], "content": "spawned"}))
        .collect();
    let after = said(&running, json!([audit, {"role": "assistant", "content": answer["content"]}, {"role": "user", "content": results}])).await;
    assert_eq!(
        (
            &after["stop_reason"],
            after["content"].as_array().map(Vec::len)
        ),
        (&json!("end_turn"), Some(1)),
        "{after}"
    );
}

#[tokio::test]
async fn wrong_requests_are_refused_in_anthropics_shape() {
    let running = Running::start().await;
    let good = json!({"model": "claude", "max_tokens": 10, "messages": [{"role": "user", "content": "hi"}]});
    let without = |field: &str| {
        let mut body = good.clone();
        body.as_object_mut().expect("an object").remove(field);
        body
    };
    let cases = [
        (without("max_tokens"), "max_tokens: Field required"),
        (without("model"), "model: Field required"),
        (
            json!({"model": "m", "max_tokens": 1, "messages": []}),
            "at least one message",
        ),
        (
            json!({"model": "m", "max_tokens": 0, "messages": [{"role": "user", "content": "hi"}]}),
            "max_tokens",
        ),
        (
            json!({"model": "m", "max_tokens": 1, "messages": [{"role": "judge", "content": "hi"}]}),
            "Unexpected role",
        ),
        (
            json!({"model": "m", "max_tokens": 1, "messages": "hi"}),
            "invalid type",
        ),
    ];
    for (body, reason) in cases {
        let response = post(&running, &body).send().await.expect("an answer");
        assert_eq!(response.status(), 400, "{body}");
        let refused: Value = response.json().await.expect("JSON");
        assert_eq!(
            (&refused["type"], &refused["error"]["type"]),
            (&json!("error"), &json!("invalid_request_error"))
        );
        assert!(
            refused["error"]["message"]
                .as_str()
                .is_some_and(|message| message.contains(reason)),
            "{refused}"
        );
        assert!(
            refused["request_id"]
                .as_str()
                .is_some_and(|id| id.starts_with("req_"))
        );
    }
    let keyless = running
        .http
        .post(format!("{}/anthropic/v1/messages", running.url))
        .json(&good)
        .send()
        .await
        .expect("an answer");
    assert_eq!(keyless.status(), 401);
}

#[tokio::test]
async fn a_short_allowance_cuts_the_answer() {
    let running = Running::start().await;
    let body =
        json!({"model": "m", "max_tokens": 3, "messages": [{"role": "user", "content": "hello"}]});
    let answer: Value = post(&running, &body)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(
        (&answer["stop_reason"], &answer["content"][0]["text"]),
        (&json!("max_tokens"), &json!("I'm the sand"))
    );
}
