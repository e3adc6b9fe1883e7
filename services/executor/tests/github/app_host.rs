//! A code host that sells tokens to Apps, in front of the stand-in that takes pull requests.

use std::sync::{Arc, Mutex};

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

use crate::stand_in::Host;

/// A refusal, with the host's clock.
struct Refused(StatusCode, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let body = Json(json!({"message": "Refused"}));
        (self.0, [(header::DATE, self.1)], body).into_response()
    }
}

#[derive(Default)]
struct Inside {
    proofs: Vec<String>,
    wanted: Value,
    sold: usize,
    good: Vec<String>,
    lasts_seconds: i64,
    ahead_seconds: i64,
    refuses_proofs: bool,
}

#[derive(Clone)]
pub struct AppHost {
    address: String,
    pulls: Host,
    inside: Arc<Mutex<Inside>>,
}

impl AppHost {
    pub async fn start() -> Self {
        let pulls = Host::start().await;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let inside = Inside {
            lasts_seconds: 3_600,
            ..Inside::default()
        };
        let host = Self {
            address,
            pulls,
            inside: Arc::new(Mutex::new(inside)),
        };
        let router = Router::new()
            .route("/app", get(app))
            .route("/app/installations/7/access_tokens", post(sell))
            .route("/repos/{owner}/{repo}/installation", get(installation))
            .route("/repos/{owner}/{repo}/pulls", any(pull_requests))
            .with_state(host.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        host
    }

    pub fn url(&self) -> String {
        self.address.clone()
    }

    pub fn pulls(&self) -> &Host {
        &self.pulls
    }

    pub fn proofs(&self) -> Vec<String> {
        self.inside.lock().unwrap().proofs.clone()
    }

    pub fn wanted(&self) -> Value {
        self.inside.lock().unwrap().wanted.clone()
    }

    pub fn sold(&self) -> usize {
        self.inside.lock().unwrap().sold
    }

    pub fn sell_for_seconds(&self, seconds: i64) {
        self.inside.lock().unwrap().lasts_seconds = seconds;
    }

    pub fn set_clock_ahead(&self, seconds: i64) {
        self.inside.lock().unwrap().ahead_seconds = seconds;
    }

    pub fn take_tokens_back(&self) {
        self.inside.lock().unwrap().good.clear();
    }

    pub fn refuse_proofs(&self) {
        self.inside.lock().unwrap().refuses_proofs = true;
    }

    fn now(&self) -> OffsetDateTime {
        let ahead = self.inside.lock().unwrap().ahead_seconds;
        OffsetDateTime::now_utc() + time::Duration::seconds(ahead)
    }

    /// Takes a proof that is meant for this moment, as GitHub does.
    fn proven(&self, headers: &HeaderMap) -> Result<(), Refused> {
        let proof = bearer(headers);
        self.inside.lock().unwrap().proofs.push(proof.clone());
        let claims = URL_SAFE_NO_PAD
            .decode(proof.split('.').nth(1).unwrap())
            .unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        let now = self.now().unix_timestamp();
        let fits = claims["iat"].as_i64().unwrap() <= now
            && (now..=now + 600).contains(&claims["exp"].as_i64().unwrap());
        if fits && !self.inside.lock().unwrap().refuses_proofs {
            return Ok(());
        }
        Err(self.refused(StatusCode::UNAUTHORIZED))
    }

    fn refused(&self, status: StatusCode) -> Refused {
        let date = self.now().format(&Rfc2822).unwrap();
        Refused(status, date.replace("+0000", "GMT"))
    }
}

fn bearer(headers: &HeaderMap) -> String {
    let header = headers[header::AUTHORIZATION].to_str().unwrap();
    header.strip_prefix("Bearer ").unwrap().to_owned()
}

async fn app(State(host): State<AppHost>, headers: HeaderMap) -> Result<Json<Value>, Refused> {
    host.proven(&headers)?;
    Ok(Json(json!({"id": 4711, "name": "Errand"})))
}

async fn installation(
    State(host): State<AppHost>,
    Path((_, repo)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refused> {
    host.proven(&headers)?;
    if repo == "elsewhere" {
        return Err(host.refused(StatusCode::NOT_FOUND));
    }
    Ok(Json(json!({"id": 7})))
}

async fn sell(
    State(host): State<AppHost>,
    headers: HeaderMap,
    Json(wanted): Json<Value>,
) -> Result<(StatusCode, Json<Value>), Refused> {
    host.proven(&headers)?;
    let now = host.now();
    let mut inside = host.inside.lock().unwrap();
    inside.sold += 1;
    inside.wanted = wanted;
    let token = format!("ghs_{}", inside.sold);
    inside.good.push(token.clone());
    let ends = now + time::Duration::seconds(inside.lasts_seconds);
    let body = json!({"token": token, "expires_at": ends.format(&Rfc3339).unwrap()});
    Ok((StatusCode::CREATED, Json(body)))
}

async fn pull_requests(State(host): State<AppHost>, request: Request) -> Response {
    let token = bearer(request.headers());
    if !host.inside.lock().unwrap().good.contains(&token) {
        let body = Json(json!({"message": "Bad credentials"}));
        return (StatusCode::UNAUTHORIZED, body).into_response();
    }
    host.pulls.answer(request, None).await
}
