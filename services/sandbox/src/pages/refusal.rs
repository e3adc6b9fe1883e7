use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::shell::{Shell, respond};
use crate::{Sandbox, SandboxError};

/// Where programs ask, not people.
const API_PATHS: [&str; 5] = [
    "/github/repos",
    "/github/users",
    "/anthropic",
    "/slack/api",
    "/git/",
];

#[derive(Template)]
#[template(path = "refusal.html")]
struct RefusalPage {
    shell: Shell,
    title: &'static str,
    reason: String,
}

/// A page for something that is not there.
pub(super) fn not_found(sandbox: &Sandbox, vendor: &'static str, what: &str) -> Response {
    let page = RefusalPage {
        shell: Shell::new(sandbox, vendor),
        title: "Not found",
        reason: format!("There is no {what} here."),
    };
    respond(StatusCode::NOT_FOUND, &page)
}

/// A page for something of ours that failed.
pub(super) fn failed(sandbox: &Sandbox, vendor: &'static str, problem: &SandboxError) -> Response {
    tracing::warn!(%problem, "a page of the sandbox failed");
    let page = RefusalPage {
        shell: Shell::new(sandbox, vendor),
        title: "The sandbox failed",
        reason: problem.to_string(),
    };
    respond(StatusCode::INTERNAL_SERVER_ERROR, &page)
}

/// Whatever else is asked for: an API answers as an API, the rest as a page.
pub(super) async fn nothing_here(State(sandbox): State<Sandbox>, uri: Uri) -> Response {
    let path = uri.path();
    if API_PATHS.iter().any(|api| path.starts_with(api)) {
        let message = format!("Not Found: the sandbox does not play {path}");
        return (
            StatusCode::NOT_FOUND,
            Json(json!({"message": message, "status": "404"})),
        )
            .into_response();
    }
    not_found(
        &sandbox,
        "",
        "such page: the sandbox plays only the few that a person needs to follow a story,",
    )
}
