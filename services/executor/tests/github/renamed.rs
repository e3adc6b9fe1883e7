//! Repositories that got another name or another owner.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use errand_executor::github::{CodeHost, Credential, GitHub, NewPullRequest, PullRequestUpdate};
use serde_json::json;

use crate::stand_in::{Host, TOKEN, new};

const BRANCH: &str = "errand/story-1";

/// Sends requests for `o/former` on to `o/site`, in the way GitHub does: 301 for reading, 307 for the rest.
async fn former_address(host: &Host) -> GitHub {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(moved).with_state(host.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    GitHub::new(
        &address,
        Credential::Token(TOKEN.into()),
        reqwest::Client::new(),
    )
    .unwrap()
}

async fn moved(State(host): State<Host>, request: Request) -> Response {
    let path = request.uri().path_and_query().unwrap().to_string();
    if let Some(rest) = path.strip_prefix("/repos/o/former") {
        let status = match *request.method() {
            Method::GET => StatusCode::MOVED_PERMANENTLY,
            _ => StatusCode::TEMPORARY_REDIRECT,
        };
        let to = format!("/repositories/1{rest}");
        return (status, [(header::LOCATION, to)]).into_response();
    }
    assert_eq!(
        request.headers()[header::AUTHORIZATION],
        format!("Bearer {TOKEN}")
    );
    let segments: Vec<_> = path.split(['/', '?']).collect();
    match segments.as_slice() {
        ["", "repositories", "1", "pulls", number] if number.parse::<usize>().is_ok() => {
            host.answer(request, number.parse().ok()).await
        }
        ["", "repositories", "1", "pulls", ..] => host.answer(request, None).await,
        _ => axum::Json(json!({"name": "site", "owner": {"login": "o"}})).into_response(),
    }
}

#[tokio::test]
async fn a_repository_under_its_former_name_gets_its_pull_request_and_updates() {
    let host = Host::start().await;
    let github = former_address(&host).await;
    let former = NewPullRequest {
        repo: "former".to_owned(),
        ..new(BRANCH)
    };
    let opened = github.ensure_pull_request(former.clone()).await.unwrap();
    let update = PullRequestUpdate {
        title: Some("Changed".to_owned()),
        ..PullRequestUpdate::default()
    };
    let changed = github
        .update_pull_request("o", "former", opened.number, update)
        .await
        .unwrap();
    assert_eq!((changed.title.as_str(), host.opened()), ("Changed", 1));
}

#[tokio::test]
async fn another_attempt_at_the_story_changes_the_text_of_its_open_pull_request() {
    let host = Host::start().await;
    let first = host
        .client()
        .ensure_pull_request(new(BRANCH))
        .await
        .unwrap();
    let again = NewPullRequest {
        body: "What was done at the second attempt.".to_owned(),
        ..new(BRANCH)
    };
    let second = host
        .client()
        .ensure_pull_request(again.clone())
        .await
        .unwrap();
    assert_eq!(
        (second.number, second.body.as_str()),
        (first.number, again.body.as_str())
    );
    let before = host.seen().len();
    host.client().ensure_pull_request(again).await.unwrap();
    assert_eq!(
        host.seen().len(),
        before + 1,
        "nothing changed, so it is only looked up"
    );
}
