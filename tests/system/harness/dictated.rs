//! A language model that says its reply piece by piece, each when it is told to.
use axum::{Router, body::Body, extract::State, http::header, response::IntoResponse};
use futures::{StreamExt as _, stream};
use serde_json::json;
use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::{net::TcpListener, sync::Semaphore};

/// The first piece it says at once.
pub struct Dictated {
    url: String,
    script: Arc<Script>,
}

struct Script {
    pieces: &'static [&'static str],
    go_on: Semaphore,
    asked: AtomicUsize,
}

impl Dictated {
    pub async fn start(pieces: &'static [&'static str]) -> Self {
        let script = Arc::new(Script {
            pieces,
            go_on: Semaphore::new(0),
            asked: AtomicUsize::new(0),
        });
        let router = Router::new()
            .fallback(speak)
            .with_state(Arc::clone(&script));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, script }
    }

    /// What makes a chat speak with it, as Anthropic's.
    pub fn environment(&self) -> [(&str, &str); 2] {
        [
            ("ANTHROPIC_API_KEY", "stand-in"),
            ("ANTHROPIC_BASE_URL", &self.url),
        ]
    }

    /// Lets it say so many pieces more.
    pub fn say(&self, pieces: usize) {
        self.script.go_on.add_permits(pieces);
    }

    /// How many replies it has begun.
    pub fn asked(&self) -> usize {
        self.script.asked.load(Ordering::SeqCst)
    }
}

async fn speak(State(script): State<Arc<Script>>) -> impl IntoResponse {
    script.asked.fetch_add(1, Ordering::SeqCst);
    let (first, others) = script.pieces.split_first().expect("something to say");
    let opening = [begin(), words(first)].concat();
    let waiting = Arc::clone(&script);
    let others = stream::iter(others).then(move |piece| {
        let script = Arc::clone(&waiting);
        async move {
            script.go_on.acquire().await.unwrap().forget();
            words(piece)
        }
    });
    let parts = stream::iter([opening]).chain(others);
    let parts = parts.chain(stream::iter([end()]));
    let body = Body::from_stream(parts.map(Ok::<_, Infallible>));
    ([(header::CONTENT_TYPE, "text/event-stream")], body)
}

fn begin() -> String {
    let usage = json!({"input_tokens": 1, "output_tokens": 1});
    let message = json!({"message": {"id": "m", "usage": usage}});
    let block = json!({"index": 0, "content_block": {"type": "text", "text": ""}});
    event("message_start", message) + &event("content_block_start", block)
}

fn words(text: &str) -> String {
    let delta = json!({"type": "text_delta", "text": text});
    event("content_block_delta", json!({"index": 0, "delta": delta}))
}

fn end() -> String {
    let end = json!({"delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}});
    [
        event("content_block_stop", json!({"index": 0})),
        event("message_delta", end),
        event("message_stop", json!({})),
    ]
    .concat()
}

fn event(kind: &str, mut data: serde_json::Value) -> String {
    data["type"] = kind.into();
    format!("event: {kind}\ndata: {data}\n\n")
}
