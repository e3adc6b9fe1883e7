//! A code host with one repository, `o/site`, that misbehaves as told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderName, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use errand_executor::github::{Credential, GitHub, NewPullRequest};
use serde_json::{Value, json};

pub const TOKEN: &str = "t0ken-for-the-code-host";

/// What the next request meets; requests after the last one are served as they should be.
#[derive(Clone)]
pub enum Answer {
    /// Refused, without effect.
    Refused(u16, Vec<(&'static str, &'static str)>, Value),
    /// It takes effect, and the answer is this status.
    DoneButSays(u16),
    /// It takes effect, and no answer ever comes.
    DoneButSilent,
    /// No effect, and no answer ever comes.
    Silent,
    /// Text instead of what was asked for.
    Text(String),
    Served,
}

/// A request as the host saw it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: Method,
    pub path_and_query: String,
    pub headers: axum::http::HeaderMap,
}

#[derive(Default)]
struct Inside {
    pulls: Vec<Value>,
    answers: VecDeque<Answer>,
    seen: Vec<Seen>,
}

#[derive(Clone)]
pub struct Host {
    address: String,
    inside: Arc<Mutex<Inside>>,
}

impl Host {
    pub async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let host = Self {
            address,
            inside: Arc::default(),
        };
        let router = Router::new()
            .route("/api/repos/{owner}/{repo}/pulls", axum::routing::any(serve))
            .route(
                "/api/repos/{owner}/{repo}/pulls/{number}",
                axum::routing::any(serve_one),
            )
            .with_state(host.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        host
    }

    /// A client that waits only briefly for an answer.
    pub fn client(&self) -> GitHub {
        let client = GitHub::new(
            &format!("{}/api/", self.address),
            Credential::Token(TOKEN.into()),
            reqwest::Client::new(),
        )
        .unwrap();
        client.with_timeout(Duration::from_millis(1_500))
    }

    pub fn will(&self, answers: impl IntoIterator<Item = Answer>) {
        self.inside.lock().unwrap().answers.extend(answers);
    }

    /// How many pull requests there are.
    pub fn opened(&self) -> usize {
        self.inside.lock().unwrap().pulls.len()
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.inside.lock().unwrap().seen.clone()
    }

    /// A pull request as others left it.
    pub fn has(&self, branch: &str, state: &str, merged: bool) -> u64 {
        let number =
            self.open(&json!({"title": "Earlier", "head": branch, "base": "main"}))["number"]
                .as_u64();
        let mut inside = self.inside.lock().unwrap();
        let pull = inside.pulls.last_mut().unwrap();
        pull["state"] = state.into();
        pull["merged_at"] = if merged {
            "2026-11-01T10:00:00Z".into()
        } else {
            Value::Null
        };
        number.unwrap()
    }

    fn open(&self, body: &Value) -> Value {
        let mut inside = self.inside.lock().unwrap();
        let number = inside.pulls.len() + 1;
        inside.pulls.push(json!({
            "number": number,
            "html_url": format!("{}/o/site/pull/{number}", self.address),
            "state": "open",
            "merged_at": null,
            "draft": body["draft"].as_bool().unwrap_or(false),
            "title": body["title"],
            "body": body["body"],
            "head": {"ref": body["head"], "label": format!("o:{}", body["head"].as_str().unwrap())},
            "base": {"ref": body["base"]},
        }));
        inside.pulls.last().unwrap().clone()
    }

    fn take(&self, request: &Request) -> Answer {
        let mut inside = self.inside.lock().unwrap();
        inside.seen.push(Seen {
            method: request.method().clone(),
            path_and_query: request.uri().path_and_query().unwrap().to_string(),
            headers: request.headers().clone(),
        });
        inside.answers.pop_front().unwrap_or(Answer::Served)
    }

    fn list(&self, query: &[(String, String)]) -> Value {
        let head = query
            .iter()
            .find(|(name, _)| name == "head")
            .map(|(_, value)| value.as_str());
        let pulls = &self.inside.lock().unwrap().pulls;
        // Like GitHub, it overlooks a filter without the owner.
        let filter = head.filter(|head| head.contains(':'));
        let fits = |pull: &&Value| filter.is_none_or(|head| pull["head"]["label"] == head);
        Value::Array(pulls.iter().filter(fits).cloned().collect())
    }

    /// Opens a pull request, or refuses a second open one for the same branch in GitHub's words.
    fn create(&self, body: &Value) -> Response {
        let taken = self
            .inside
            .lock()
            .unwrap()
            .pulls
            .iter()
            .any(|pull| pull["head"]["ref"] == body["head"] && pull["state"] == "open");
        if taken {
            let message = format!(
                "A pull request already exists for o:{}.",
                body["head"].as_str().unwrap()
            );
            let error = json!({"resource": "PullRequest", "code": "custom", "message": message});
            let body = json!({"message": "Validation Failed", "errors": [error], "status": "422"});
            return (StatusCode::UNPROCESSABLE_ENTITY, axum::Json(body)).into_response();
        }
        (StatusCode::CREATED, axum::Json(self.open(body))).into_response()
    }

    async fn work(&self, request: Request, number: Option<usize>) -> Response {
        let (parts, body) = request.into_parts();
        let bytes = axum::body::to_bytes(body, 1024 * 1024).await.unwrap();
        let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if let Some(number) = number {
            let mut inside = self.inside.lock().unwrap();
            let pull = &mut inside.pulls[number - 1];
            for (name, value) in body.as_object().unwrap() {
                pull[name] = value.clone();
            }
            return axum::Json(pull.clone()).into_response();
        }
        if parts.method == Method::POST {
            return self.create(&body);
        }
        let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).unwrap();
        axum::Json(self.list(&query)).into_response()
    }

    pub async fn answer(&self, request: Request, number: Option<usize>) -> Response {
        match self.take(&request) {
            Answer::Served => self.work(request, number).await,
            Answer::DoneButSays(status) => {
                self.work(request, number).await;
                (StatusCode::from_u16(status).unwrap(), "upstream trouble").into_response()
            }
            Answer::DoneButSilent => {
                self.work(request, number).await;
                std::future::pending().await
            }
            Answer::Silent => std::future::pending().await,
            Answer::Text(text) => text.into_response(),
            Answer::Refused(status, headers, body) => {
                let mut response =
                    (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response();
                for (name, value) in headers {
                    response
                        .headers_mut()
                        .insert(HeaderName::from_static(name), value.parse().unwrap());
                }
                response
            }
        }
    }
}

async fn serve(State(host): State<Host>, request: Request) -> Response {
    host.answer(request, None).await
}

async fn serve_one(
    State(host): State<Host>,
    Path((_, _, number)): Path<(String, String, usize)>,
    request: Request,
) -> Response {
    host.answer(request, Some(number)).await
}

pub fn new(branch: &str) -> NewPullRequest {
    NewPullRequest {
        owner: "o".to_owned(),
        repo: "site".to_owned(),
        title: "Email capture for the hero".to_owned(),
        head: branch.to_owned(),
        base: "main".to_owned(),
        body: "What was done.".to_owned(),
        draft: false,
    }
}
