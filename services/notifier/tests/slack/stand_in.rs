//! A Slack of a hundred lines that remembers what it was asked and misbehaves when told to.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::post;
use errand_notifier::slack::{Message, Slack, SlackConfig};
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use uuid::Uuid;

pub const TOKEN: &str = "xoxb-a-token-of-the-tests";
pub const CHANNEL: &str = "C0123456789";
/// So many messages are on a page, so that paging is needed.
const PAGE: usize = 2;

/// One misbehaviour, used up by the next call of the method.
#[derive(Clone)]
pub enum Fault {
    /// Answer this instead of doing anything.
    Refuse(u16, &'static [(&'static str, &'static str)], Value),
    /// Do it, then answer this instead of the result.
    DoneBut(u16, Value),
    /// Do it, then break the connection in the middle of the answer.
    DoneThenCut,
    /// Do it, then never answer.
    DoneThenSilence,
}

/// Slack's way to say no.
pub fn no(error: &str) -> Fault {
    Fault::Refuse(200, &[], json!({ "ok": false, "error": error }))
}

/// One call as it arrived.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    pub headers: HeaderMap,
    pub parameters: Map<String, Value>,
}

#[derive(Default)]
struct Kept {
    asked: Vec<Asked>,
    faults: HashMap<String, VecDeque<Fault>>,
    messages: Vec<Map<String, Value>>,
}

#[derive(Clone)]
pub struct StandIn {
    kept: Arc<Mutex<Kept>>,
    pub url: String,
}

impl StandIn {
    pub async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/api/", listener.local_addr().unwrap());
        let stand_in = Self {
            kept: Arc::default(),
            url,
        };
        let router = Router::new()
            .route("/api/{method}", post(answer).get(answer))
            .with_state(stand_in.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        stand_in
    }

    pub fn client(&self) -> Slack {
        self.client_for(CHANNEL)
    }

    pub fn client_for(&self, channel: &str) -> Slack {
        let config = SlackConfig {
            api_url: self.url.clone(),
            token: SecretString::from(TOKEN.to_owned()),
            channel: channel.to_owned(),
        };
        Slack::new(config, reqwest::Client::new()).with_request_timeout(Duration::from_secs(5))
    }

    pub fn fault(&self, method: &str, fault: Fault) {
        self.kept()
            .faults
            .entry(method.to_owned())
            .or_default()
            .push_back(fault);
    }

    /// The methods called, in order.
    pub fn methods(&self) -> Vec<String> {
        self.kept()
            .asked
            .iter()
            .map(|asked| asked.method.clone())
            .collect()
    }

    /// The last call of the method.
    pub fn last(&self, method: &str) -> Asked {
        self.kept()
            .asked
            .iter()
            .rfind(|asked| asked.method == method)
            .cloned()
            .unwrap()
    }

    /// The messages that stand in the channel, oldest first.
    pub fn messages(&self) -> Vec<Map<String, Value>> {
        self.kept().messages.clone()
    }

    /// Something that other people wrote.
    pub fn chatter(&self, count: usize) {
        for _ in 0..count {
            self.kept()
                .post(json!({ "text": "chatter" }).as_object().cloned().unwrap());
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap()
    }
}

async fn answer(
    State(slack): State<StandIn>,
    Path(method): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let mut parameters: Map<String, Value> = serde_json::from_slice(&body).unwrap_or_default();
    parameters.extend(query.into_iter().map(|(name, value)| (name, value.into())));
    let asked = Asked {
        method: method.clone(),
        headers,
        parameters: parameters.clone(),
    };
    slack.kept().asked.push(asked);
    let fault = slack
        .kept()
        .faults
        .get_mut(&method)
        .and_then(VecDeque::pop_front);
    if let Some(Fault::Refuse(status, headers, body)) = fault {
        return reply(status, headers, &body);
    }
    let result = slack.kept().call(&method, parameters);
    match fault {
        Some(Fault::DoneBut(status, body)) => reply(status, &[], &body),
        Some(Fault::DoneThenCut) => cut(),
        Some(Fault::DoneThenSilence) => std::future::pending().await,
        _ => reply(200, &[], &result),
    }
}

fn reply(status: u16, headers: &[(&str, &str)], body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    for (name, value) in headers {
        let name: axum::http::HeaderName = name.parse().unwrap();
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}

fn cut() -> Response<Body> {
    let pieces = [Ok("{\"ok\":".to_owned()), Err(std::io::Error::other("cut"))];
    Response::new(Body::from_stream(futures::stream::iter(pieces)))
}

impl Kept {
    fn call(&mut self, method: &str, parameters: Map<String, Value>) -> Value {
        match method {
            "auth.test" => {
                json!({ "ok": true, "user": "errand", "team": "Acme", "url": "https://acme.slack.com/" })
            }
            "chat.postMessage" => {
                let ts = self.post(parameters);
                json!({ "ok": true, "channel": CHANNEL, "ts": ts })
            }
            "chat.update" => self.update(parameters),
            "chat.getPermalink" => {
                let ts = parameters["message_ts"].as_str().unwrap().replace('.', "");
                json!({ "ok": true, "permalink": format!("https://acme.slack.com/archives/{CHANNEL}/p{ts}") })
            }
            "conversations.list" => {
                json!({ "ok": true, "channels": [{ "id": CHANNEL, "name": "errand" }] })
            }
            "conversations.history" => self.history(&parameters),
            _ => json!({ "ok": false, "error": "unknown_method" }),
        }
    }

    fn post(&mut self, mut message: Map<String, Value>) -> String {
        let ts = format!("1700000000.{:06}", self.messages.len());
        message.insert("ts".to_owned(), ts.clone().into());
        self.messages.push(message);
        ts
    }

    fn update(&mut self, parameters: Map<String, Value>) -> Value {
        let known = self
            .messages
            .iter_mut()
            .find(|message| message["ts"] == parameters["ts"]);
        match known {
            Some(message) => message.extend(parameters),
            None => return json!({ "ok": false, "error": "message_not_found" }),
        }
        json!({ "ok": true })
    }

    fn history(&self, parameters: &Map<String, Value>) -> Value {
        if parameters["channel"] != CHANNEL {
            return json!({ "ok": false, "error": "channel_not_found" });
        }
        let skip = parameters
            .get("cursor")
            .and_then(Value::as_str)
            .map_or(0, |cursor| cursor.parse().unwrap());
        let mut page: Vec<_> = self
            .messages
            .iter()
            .rev()
            .skip(skip)
            .take(PAGE)
            .cloned()
            .collect();
        if parameters.get("include_all_metadata").is_none() {
            page.iter_mut()
                .for_each(|message| drop(message.remove("metadata")));
        }
        let more = self.messages.len() > skip + PAGE;
        let next = if more {
            (skip + PAGE).to_string()
        } else {
            String::new()
        };
        json!({ "ok": true, "messages": page, "has_more": more, "response_metadata": { "next_cursor": next } })
    }
}

/// A message like those the notifier sends.
pub fn message(key: u128) -> Message {
    Message {
        key: Uuid::from_u128(key),
        channel: None,
        text: "Code Generation complete".to_owned(),
        title: "🎉 Code Generation complete".to_owned(),
        body_markdown: "The *hero* has an email form.".to_owned(),
        fields: vec![
            ("Story".to_owned(), "ENG-1".to_owned()),
            ("Took".to_owned(), "2 min".to_owned()),
        ],
        links: vec![(
            "PR #7".to_owned(),
            "https://github.com/acme/site/pull/7".to_owned(),
        )],
        ..Message::default()
    }
}
