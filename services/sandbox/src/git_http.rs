//! git over HTTP: `git http-backend` behind axum, so that `git clone` and `git push` work as with a real host.

mod auth;
mod backend;
mod cgi;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

pub(crate) use auth::unauthorized;

use crate::faults::{Vendor, answer};
use crate::repositories::Repository;
use crate::{Sandbox, git_http::auth::user_of};

/// The smart protocol's three routes; the old "dumb" files are not served.
pub(crate) fn routes() -> Router<Sandbox> {
    Router::new().route("/git/{owner}/{repo}/{*service}", get(serve).post(serve))
}

/// What a client wants, in git's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Service {
    Fetch,
    Push,
}

async fn serve(
    State(sandbox): State<Sandbox>,
    Path((owner, repo, rest)): Path<(String, String, String)>,
    request: Request,
) -> Response {
    let Some((service, operation)) = wanted(&rest, request.method(), request.uri().query()) else {
        return (
            StatusCode::FORBIDDEN,
            "only git's smart protocol is spoken here\n",
        )
            .into_response();
    };
    let name = repo.strip_suffix(".git").unwrap_or(&repo);
    let Some(repository) = sandbox.repositories().find(&owner, name) else {
        return (StatusCode::NOT_FOUND, "Repository not found.\n").into_response();
    };
    answer(
        &sandbox,
        Vendor::Git,
        operation,
        run(&sandbox, &repository, service, &rest, request),
    )
    .await
}

async fn run(
    sandbox: &Sandbox,
    repository: &Repository,
    service: Service,
    rest: &str,
    request: Request,
) -> Response {
    let user = user_of(request.headers());
    if service == Service::Push && user.is_none() {
        return unauthorized();
    }
    let call = backend::Call {
        root: sandbox.repositories().root(),
        repository,
        rest,
        user: user.as_deref(),
    };
    match backend::run(call, request).await {
        Ok(response) => response,
        Err(problem) => {
            tracing::warn!(%problem, "git http-backend failed");
            (StatusCode::INTERNAL_SERVER_ERROR, format!("{problem}\n")).into_response()
        }
    }
}

fn wanted(rest: &str, method: &Method, query: Option<&str>) -> Option<(Service, &'static str)> {
    match (rest, method.as_str(), query) {
        ("info/refs", "GET", Some("service=git-upload-pack")) => {
            Some((Service::Fetch, "fetch.refs"))
        }
        ("info/refs", "GET", Some("service=git-receive-pack")) => {
            Some((Service::Push, "push.refs"))
        }
        ("git-upload-pack", "POST", _) => Some((Service::Fetch, "fetch")),
        ("git-receive-pack", "POST", _) => Some((Service::Push, "push")),
        _ => None,
    }
}
