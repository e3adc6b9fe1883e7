//! A Linear of a hundred lines that remembers what it was asked and misbehaves when told to.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use errand_spawner::linear::{Linear, LinearConfig, NewIssue, issue_uuid};
use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

pub const KEY: &str = "lin_api_a-key-of-the-tests";
pub const ENG: &str = "9cfb482a-81e3-4154-b5b9-2c805e70a02d";
pub const OPS: &str = "1f2e3d4c-5b6a-4798-8899-aabbccddeeff";

/// One misbehaviour, used up by the next request for the operation.
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

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct Asked {
    pub operation: String,
    pub query: String,
    pub variables: Value,
    pub authorization: String,
}

#[derive(Default)]
struct Kept {
    asked: Vec<Asked>,
    faults: HashMap<String, VecDeque<Fault>>,
    things: HashMap<String, Value>,
    created: usize,
    /// Which team's states issues accept now; a person may have moved them.
    team: Option<String>,
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
        let url = format!("http://{}/graphql", listener.local_addr().unwrap());
        let stand_in = Self {
            kept: Arc::default(),
            url,
        };
        let router = Router::new()
            .route("/graphql", post(answer))
            .with_state(stand_in.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        stand_in
    }

    /// An address at which nobody listens any more.
    pub async fn stopped() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/graphql", listener.local_addr().unwrap());
        Self {
            kept: Arc::default(),
            url,
        }
    }

    pub fn client(&self) -> Linear {
        self.client_of(KEY, None)
    }

    pub fn client_of(&self, key: &str, team: Option<&str>) -> Linear {
        let config = LinearConfig {
            api_url: self.url.clone(),
            api_key: SecretString::from(key.to_owned()),
            team: team.map(str::to_owned),
        };
        Linear::new(config, reqwest::Client::new()).with_request_timeout(Duration::from_secs(5))
    }

    pub fn fault(&self, operation: &str, fault: Fault) {
        self.kept()
            .faults
            .entry(operation.to_owned())
            .or_default()
            .push_back(fault);
    }

    pub fn move_issues_to(&self, team: &str) {
        self.kept().team = Some(team.to_owned());
    }

    /// Everything that was asked, in order.
    pub fn asked(&self) -> Vec<Asked> {
        self.kept().asked.clone()
    }

    /// The names of the operations asked, in order.
    pub fn operations(&self) -> Vec<String> {
        self.asked()
            .into_iter()
            .map(|asked| asked.operation)
            .collect()
    }

    /// The variables of the last request for the operation.
    pub fn last(&self, operation: &str) -> Value {
        let asked = self
            .asked()
            .into_iter()
            .rfind(|asked| asked.operation == operation);
        asked.map(|asked| asked.variables).unwrap_or_default()
    }

    /// How many things were really made.
    pub fn created(&self) -> usize {
        self.kept().created
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap()
    }
}

async fn answer(
    State(linear): State<StandIn>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response<Body> {
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let operation = text("operationName");
    let authorization = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let asked = Asked {
        operation: operation.clone(),
        query: text("query"),
        variables: body["variables"].clone(),
        authorization: authorization.to_owned(),
    };
    linear.kept().asked.push(asked);
    let fault = linear
        .kept()
        .faults
        .get_mut(&operation)
        .and_then(VecDeque::pop_front);
    if let Some(Fault::Refuse(status, headers, body)) = fault {
        return reply(status, headers, &body);
    }
    let (status, result) = linear.kept().resolve(&operation, &body["variables"]);
    match fault {
        Some(Fault::DoneBut(status, body)) => reply(status, &[], &body),
        Some(Fault::DoneThenCut) => cut(),
        Some(Fault::DoneThenSilence) => std::future::pending().await,
        _ => reply(status, &[], &result),
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
    let pieces = [
        Ok("{\"data\":".to_owned()),
        Err(std::io::Error::other("cut")),
    ];
    Response::new(Body::from_stream(futures::stream::iter(pieces)))
}

/// Linear's words for an id it does not know.
pub fn not_found() -> Value {
    refusal("Entity not found: Issue", "invalid input")
}

pub fn refusal(message: &str, kind: &str) -> Value {
    json!({ "errors": [{ "message": message, "extensions": { "type": kind, "userError": true } }] })
}

impl Kept {
    fn resolve(&mut self, operation: &str, variables: &Value) -> (u16, Value) {
        let data = match operation {
            "Viewer" => {
                json!({ "viewer": { "id": "u", "name": "Errand", "email": "errand@example.com" } })
            }
            "Teams" => json!({ "teams": {
                "nodes": [{ "id": ENG, "key": "ENG", "name": "Engineering" }, { "id": OPS, "key": "OPS", "name": "Operations" }],
                "pageInfo": { "hasNextPage": false, "endCursor": null },
            }}),
            "WorkflowStates" => states(
                variables["filter"]["team"]["id"]["eq"]
                    .as_str()
                    .unwrap_or_default(),
            ),
            "IssueCreate" => return self.create("issueCreate", "issue", &variables["input"]),
            "CommentCreate" => return self.create("commentCreate", "comment", &variables["input"]),
            "AttachmentLinkURL" => {
                return self.create("attachmentLinkURL", "attachment", variables);
            }
            "CancelledIssues" => json!({ "issues": { "nodes": [] } }),
            "IssueUpdate" => return self.update(variables),
            "Issue" => return self.find("issue", variables),
            "Comment" => return self.find("comment", variables),
            "Attachment" => return self.find("attachment", variables),
            other => panic!("the stand-in does not know {other}"),
        };
        (200, json!({ "data": data }))
    }

    fn create(&mut self, field: &str, node: &str, input: &Value) -> (u16, Value) {
        let id = input["id"].as_str().unwrap_or_default().to_owned();
        if self.things.contains_key(&id) {
            return (
                400,
                refusal(
                    &format!("Entity with id {id} already exists."),
                    "invalid input",
                ),
            );
        }
        self.created += 1;
        let team = self.team.clone().unwrap_or_else(|| ENG.to_owned());
        let mut thing = json!({ "id": id, "team": { "id": team } });
        thing["identifier"] = format!("ENG-{}", self.created).into();
        thing["url"] = format!("https://linear.app/acme/issue/ENG-{}", self.created).into();
        self.things.insert(id, thing.clone());
        (
            200,
            json!({ "data": { field: { "success": true, node: thing } } }),
        )
    }

    fn update(&mut self, variables: &Value) -> (u16, Value) {
        let id = variables["id"].as_str().unwrap_or_default();
        let team = self.team.clone().unwrap_or_else(|| ENG.to_owned());
        let state = variables["input"]["stateId"].as_str();
        if !self.things.contains_key(id) {
            return (400, not_found());
        }
        if state.is_some_and(|state| !state.starts_with(&team)) {
            return (
                400,
                refusal("Discrepancy between issue state and team", "invalid input"),
            );
        }
        (
            200,
            json!({ "data": { "issueUpdate": { "success": true } } }),
        )
    }

    fn find(&self, node: &str, variables: &Value) -> (u16, Value) {
        match self
            .things
            .get(variables["id"].as_str().unwrap_or_default())
        {
            Some(thing) => {
                let mut thing = thing.clone();
                thing["team"]["id"] = json!(self.team.as_deref().unwrap_or(ENG));
                (200, json!({ "data": { node: thing } }))
            }
            None => (400, not_found()),
        }
    }
}

/// A board with two columns of one type, in no useful order, and names that say nothing.
fn states(team: &str) -> Value {
    let state = |name: &str, kind: &str, position: f64| json!({ "id": format!("{team}:{name}"), "name": name, "type": kind, "position": position });
    json!({ "workflowStates": { "nodes": [
        state("review", "started", 1002.0),
        state("making", "started", 2.5),
        state("later", "backlog", 0.0),
        state("next", "unstarted", 1.0),
        state("shipped", "completed", 3.0),
        state("dropped", "canceled", 4.0),
    ]}})
}

/// An issue like those the spawner makes.
pub fn issue(story: u128) -> NewIssue {
    NewIssue {
        id: issue_uuid(Uuid::from_u128(story)),
        title: "Code Generation: build email capture for the hero".to_owned(),
        description_markdown: "- [ ] form\n- [ ] test".to_owned(),
        priority: 2,
        parent: None,
    }
}
