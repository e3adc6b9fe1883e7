//! Each provider by configuration alone: the doctor finds it, a refusal is said with a button that asks again, and its
//! tool call spawns.
use super::harness::{Errand, command, text, until};
use axum::{
    Router,
    body::Body,
    extract::State,
    http::{Response, StatusCode},
    routing::post,
};
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tempfile::TempDir;

const MODEL: &str = "test-model";
/// The number of the request that is refused.
const REFUSED: usize = 0;
/// The number of the request that is answered with a call whose input is cut off; the next one is right.
const BROKEN: usize = 100;

/// A provider that refuses the first request, then calls the Task tool, then says a word.
#[derive(Clone, Default)]
struct StandIn(Arc<AtomicUsize>);

impl StandIn {
    async fn start(&self) -> String {
        let routes = Router::new()
            .route("/v1/chat/completions", post(openai))
            .route("/api/chat", post(ollama))
            .with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        url
    }

    fn next(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst)
    }
}

fn task() -> Value {
    json!({"agent_type": "codegen", "title": "Contact form", "prompt": "add a contact form"})
}

async fn openai(State(provider): State<StandIn>) -> Response<Body> {
    let input = task().to_string();
    let (begun, rest) = input.split_at(input.len() / 2);
    let call = |arguments: &str| json!({"tool_calls": [{"index": 0, "function": {"arguments": arguments}}]});
    let first = json!({"tool_calls": [{"index": 0, "id": "call_1", "type": "function",
        "function": {"name": "Task", "arguments": ""}}]});
    let (deltas, finish) = match provider.next() {
        REFUSED => return refusal(),
        BROKEN => (vec![first, call(begun)], "tool_calls"),
        1 | 101 => (vec![first, call(begun), call(rest)], "tool_calls"),
        _ => (vec![json!({"content": "It is on its way."})], "stop"),
    };
    let mut chunks: Vec<_> = deltas
        .into_iter()
        .map(|delta| json!({"choices": [{"index": 0, "delta": delta}]}))
        .collect();
    chunks.push(json!({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}));
    chunks.push(json!({"choices": [], "usage": {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25}}));
    let lines = chunks.iter().map(|chunk| format!("data: {chunk}\n\n"));
    streamed(lines.collect::<String>() + "data: [DONE]\n\n")
}

async fn ollama(State(provider): State<StandIn>) -> Response<Body> {
    let call = json!({"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "Task", "arguments": task()}}]});
    let message = match provider.next() {
        REFUSED => return refusal(),
        1 => call,
        _ => json!({"role": "assistant", "content": "It is on its way."}),
    };
    let said = json!({"model": MODEL, "message": message, "done": false});
    let end = json!({"model": MODEL, "message": {"role": "assistant", "content": ""}, "done": true, "done_reason": "stop",
        "prompt_eval_count": 20, "eval_count": 5});
    streamed(format!("{said}\n{end}\n"))
}

fn refusal() -> Response<Body> {
    let body = json!({"error": {"message": "slow down", "type": "rate_limit_error"}}).to_string();
    let answer = Response::builder().status(StatusCode::TOO_MANY_REQUESTS);
    answer
        .header("retry-after", "3")
        .body(Body::from(body))
        .unwrap()
}

fn streamed(text: String) -> Response<Body> {
    let answer = Response::builder().header("content-type", "text/event-stream");
    answer.body(Body::from(text)).unwrap()
}

/// The whole way with one provider; `settings` are its own, beside its name and the model's.
async fn goes_the_whole_way(provider: &str, settings: &[(&str, &str)], stand_in: &StandIn) {
    let mut environment = vec![
        ("ERRAND_LLM_PROVIDER", provider),
        ("ERRAND_LLM_MODEL", MODEL),
    ];
    environment.extend(settings);
    let errand = Errand::up_with(&[], &environment).await;
    let api = &errand.api;
    let chat = api.conversation().await;
    api.say(&chat, "add a contact form").await;
    let failed = until("a reply that failed", || async {
        let messages = api.messages(&chat).await;
        messages.into_iter().find(|m| text(m, "kind") == "failed")
    })
    .await;
    let reason = text(&failed, "reason");
    assert!(
        reason.contains("rate limit") && reason.contains("3 s"),
        "{failed}"
    );
    let retry = format!("/chat/{chat}/messages/{}/retry", text(&failed, "id"));
    assert!(api.page(&format!("/chat/{chat}")).await.contains(&retry));
    assert_eq!(api.press(&retry, &[]).await, 200);
    api.hear(&chat, "✅ Spawned Code Generation agent!").await;
    api.hear(&chat, "It is on its way.").await;
    let replies = api.get("/api/v1/events?type=AssistantReplied").await;
    let reply = &replies["events"][0]["data"];
    assert_eq!(text(reply, "model"), MODEL, "{replies}");
    // Of both rounds.
    assert_eq!(text(&reply["usage"], "inputTokens"), "40", "{replies}");
    assert_eq!(api.stories().await.len(), 1);
    assert_eq!(stand_in.0.load(Ordering::SeqCst), 3);

    let data = TempDir::new().unwrap();
    let mut doctor = command(&["doctor", "--data", data.path().to_str().unwrap()]);
    let said = doctor.envs(environment).output().await.unwrap().stdout;
    let said = String::from_utf8_lossy(&said).into_owned();
    let found = format!("✅ Language model: {MODEL} answers at ");
    assert!(said.contains(&found), "{said}");
}

#[tokio::test]
async fn an_openai_compatible_endpoint_is_found_refuses_and_spawns() {
    let stand_in = StandIn::default();
    let url = format!("{}/v1", stand_in.start().await);
    let settings = [
        ("OPENAI_BASE_URL", url.as_str()),
        ("OPENAI_API_KEY", "test-key"),
    ];
    goes_the_whole_way("openai", &settings, &stand_in).await;
}

#[tokio::test]
async fn a_model_whose_call_was_cut_off_is_told_so_and_spawns_at_its_second_try() {
    let stand_in = StandIn(Arc::new(BROKEN.into()));
    let url = format!("{}/v1", stand_in.start().await);
    let environment = [
        ("ERRAND_LLM_PROVIDER", "openai"),
        ("ERRAND_LLM_MODEL", MODEL),
        ("OPENAI_BASE_URL", url.as_str()),
        ("OPENAI_API_KEY", "test-key"),
    ];
    let errand = Errand::up_with(&[], &environment).await;
    let api = &errand.api;
    let chat = api.conversation().await;
    api.say(&chat, "add a contact form").await;
    api.hear(&chat, "✅ Spawned Code Generation agent!").await;
    api.hear(&chat, "It is on its way.").await;
    let messages = api.messages(&chat).await;
    assert!(
        messages.iter().all(|m| text(m, "kind") != "failed"),
        "{messages:?}"
    );
    assert_eq!(api.stories().await.len(), 1);
    assert_eq!(stand_in.0.load(Ordering::SeqCst), BROKEN + 3);
}

#[tokio::test]
async fn ollama_is_found_refuses_and_spawns() {
    let stand_in = StandIn::default();
    let url = stand_in.start().await;
    goes_the_whole_way("ollama", &[("OLLAMA_BASE_URL", &url)], &stand_in).await;
}

#[tokio::test]
async fn a_doctor_without_the_provider_says_what_failed() {
    let data = TempDir::new().unwrap();
    let ended = command(&["doctor", "--data", data.path().to_str().unwrap()])
        .env("ERRAND_LLM_PROVIDER", "ollama")
        .env("ERRAND_LLM_MODEL", MODEL)
        .env("OLLAMA_BASE_URL", "http://127.0.0.1:9")
        .output()
        .await
        .unwrap();
    assert!(!ended.status.success());
    let said = String::from_utf8_lossy(&ended.stdout);
    assert!(
        said.contains("❌ Language model: no usable answer"),
        "{said}"
    );
}
