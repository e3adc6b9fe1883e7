//! A provider that answers each request with the next script, and remembers what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response, StatusCode};
use errand_chat::llm::{
    GenaiModel, LanguageModel, LlmConfig, LlmError, LlmEvent, LlmMessage, LlmRequest, LlmTimeouts,
    Provider, ToolSpec,
};
use futures::StreamExt;
use futures::stream;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::Notify;

pub const KEY: &str = "sk-a-key-of-the-tests";
/// No test waits longer for anything.
const PATIENCE: Duration = Duration::from_secs(20);

/// One answer.
#[derive(Clone)]
pub struct Script {
    pub status: u16,
    pub headers: Vec<(&'static str, &'static str)>,
    pub parts: Vec<Part>,
}

/// A piece of the answer's body.
#[derive(Clone)]
pub enum Part {
    Send(String),
    /// Send nothing more until the test says so.
    Wait(Arc<Notify>),
    /// Break the connection.
    Break,
    /// Send nothing more, ever.
    Silence,
    /// Send this again and again.
    Repeat(String, Duration),
}

pub fn send(text: impl Into<String>) -> Part {
    Part::Send(text.into())
}

/// An answer with status 200.
pub fn script(parts: impl IntoIterator<Item = Part>) -> Script {
    Script {
        status: 200,
        headers: Vec::new(),
        parts: parts.into_iter().collect(),
    }
}

/// A refusal.
pub fn refusal(status: u16, headers: &[(&'static str, &'static str)], body: Value) -> Script {
    Script {
        status,
        headers: headers.to_vec(),
        parts: vec![send(body.to_string())],
    }
}

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
}

#[derive(Clone, Default)]
pub struct StandIn {
    asked: Arc<Mutex<Vec<Asked>>>,
    scripts: Arc<Mutex<VecDeque<Script>>>,
    pub url: String,
}

impl StandIn {
    pub async fn start(scripts: impl IntoIterator<Item = Script>) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stand_in = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            scripts: Arc::new(Mutex::new(scripts.into_iter().collect())),
            asked: Arc::default(),
        };
        let router = Router::new().fallback(answer).with_state(stand_in.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        stand_in
    }

    /// An address at which nobody listens any more.
    pub async fn stopped() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            ..Self::default()
        }
    }

    pub fn config(&self, provider: Provider) -> LlmConfig {
        let version = if provider == Provider::OpenAi {
            "/v1"
        } else {
            ""
        };
        let mut config = LlmConfig::new(provider, "a-model");
        config.base_url = format!("{}{version}", self.url);
        config.key = Some(SecretString::from(KEY.to_owned()));
        config
    }

    pub fn model(&self, provider: Provider) -> GenaiModel {
        GenaiModel::new(self.config(provider)).unwrap()
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn answer(State(provider): State<StandIn>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let asked = Asked {
        path: head.uri.path().to_owned(),
        headers: head.headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    provider.asked.lock().unwrap().push(asked);
    let script = provider
        .scripts
        .lock()
        .unwrap()
        .pop_front()
        .unwrap_or(refusal(500, &[], json!("no script")));
    let mut response = Response::new(Body::from_stream(body_of(script.parts)));
    *response.status_mut() = StatusCode::from_u16(script.status).unwrap();
    for (name, value) in script.headers {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}

fn body_of(parts: Vec<Part>) -> impl stream::Stream<Item = Result<Bytes, std::io::Error>> + Send {
    stream::unfold(VecDeque::from(parts), |mut parts| async move {
        loop {
            match parts.pop_front()? {
                Part::Send(text) => return Some((Ok(Bytes::from(text)), parts)),
                Part::Wait(gate) => gate.notified().await,
                Part::Break => {
                    // Pausing once lets the server send what came before.
                    tokio::task::yield_now().await;
                    return Some((Err(std::io::Error::other("broken")), VecDeque::new()));
                }
                Part::Silence => std::future::pending().await,
                Part::Repeat(text, every) => {
                    tokio::time::sleep(every).await;
                    parts.push_front(Part::Repeat(text.clone(), every));
                    return Some((Ok(Bytes::from(text)), parts));
                }
            }
        }
    })
}

/// A question with the one tool of the chat.
pub fn question() -> LlmRequest {
    LlmRequest {
        system: "You are the Head of Product.".to_owned(),
        history: vec![LlmMessage::User("build email capture".to_owned())],
        tools: vec![ToolSpec {
            name: "Task".to_owned(),
            description: "Hands work to an agent.".to_owned(),
            input_schema: json!({ "type": "object", "properties": { "prompt": { "type": "string" } } }),
        }],
    }
}

/// Everything a reply consists of.
pub async fn whole(model: &GenaiModel, request: LlmRequest) -> Vec<Result<LlmEvent, LlmError>> {
    let reply = model.stream(request).await.unwrap();
    tokio::time::timeout(PATIENCE, reply.collect())
        .await
        .unwrap()
}

/// The next item of a reply, which must come while the provider is still waiting.
pub async fn next(reply: &mut errand_chat::llm::LlmStream) -> Result<LlmEvent, LlmError> {
    tokio::time::timeout(PATIENCE, reply.next())
        .await
        .unwrap()
        .unwrap()
}

/// Limits that a test can wait for.
pub fn short() -> LlmTimeouts {
    LlmTimeouts {
        connect: Duration::from_secs(5),
        first_token: Duration::from_millis(400),
        between_chunks: Duration::from_millis(400),
        total: Duration::from_secs(10),
    }
}

/// The words of the reply, and the calls by id, name and input.
pub fn calls(events: &[Result<LlmEvent, LlmError>]) -> Vec<(String, Value)> {
    let call = |event: &Result<LlmEvent, LlmError>| match event {
        Ok(LlmEvent::ToolCall(call)) => Some((call.id.clone(), call.input.clone())),
        _ => None,
    };
    events.iter().filter_map(call).collect()
}
