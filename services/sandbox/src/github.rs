//! GitHub's REST API, as far as a tool that opens pull requests needs it. Facts come from the bare repository.

mod app;
mod auth;
mod change;
mod create;
mod create_repository;
mod current;
mod files;
mod list;
mod problem;
mod pull;
mod repository;
mod shape;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};

use app::INSTALLATION;
pub(crate) use current::current;
pub(crate) use files::changed_files;
use problem::{Answer, Problem, respond};
pub(crate) use pull::{Pull, State as PullState};

use crate::Sandbox;
use crate::faults::{Vendor, answer};
use crate::repositories::Repository;

const MAX_BODY_BYTES: usize = 1024 * 1024;
/// The account that every token belongs to.
pub(crate) const LOGIN: &str = "errand-sandbox";

type RepositoryPath = Path<(String, String)>;
type NumberedPath = Path<(String, String, i64)>;

/// The REST routes.
pub(crate) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/github/user", get(user))
        .route("/github/app", get(show_app))
        .route(
            "/github/app/installations/{installation}/access_tokens",
            post(sell_token),
        )
        .route(
            "/github/repos/{owner}/{repo}/installation",
            get(get_installation),
        )
        .route("/github/orgs/{org}/repos", post(create_repository))
        .route("/github/repos/{owner}/{repo}", get(get_repository))
        .route(
            "/github/repos/{owner}/{repo}/branches/{*branch}",
            get(get_branch),
        )
        .route(
            "/github/repos/{owner}/{repo}/pulls",
            get(list_pulls).post(create_pull),
        )
        .route(
            "/github/repos/{owner}/{repo}/pulls/{number}",
            get(get_pull).patch(change_pull),
        )
        .route(
            "/github/repos/{owner}/{repo}/pulls/{number}/files",
            get(list_files),
        )
}

async fn user(State(sandbox): State<Sandbox>, parts: Parts) -> Response {
    let handle = async {
        auth::require_token(&parts.headers)?;
        Ok::<_, Problem>(axum::Json(shape::authenticated_user(sandbox.links())))
    };
    answer(&sandbox, Vendor::Github, "user", async {
        respond(handle.await)
    })
    .await
}

async fn create_repository(
    State(sandbox): State<Sandbox>,
    Path(org): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let handle = async {
        auth::require_user_agent(&parts.headers)?;
        auth::require_token(&parts.headers)?;
        create_repository::create(&sandbox, &org, body).await
    };
    answer(&sandbox, Vendor::Github, "repos.createInOrg", async {
        respond(handle.await)
    })
    .await
}

async fn show_app(State(sandbox): State<Sandbox>, parts: Parts) -> Response {
    answer(&sandbox, Vendor::Github, "apps.get", async {
        respond(app::show(&sandbox, &parts.headers))
    })
    .await
}

async fn get_installation(
    State(sandbox): State<Sandbox>,
    Path((owner, repo)): RepositoryPath,
    parts: Parts,
) -> Response {
    answer(&sandbox, Vendor::Github, "apps.installation", async {
        let found = find(&sandbox, &owner, &repo, &parts.headers);
        respond(found.and_then(|found| app::installation(&sandbox, &found, &parts.headers)))
    })
    .await
}

async fn sell_token(
    State(sandbox): State<Sandbox>,
    Path(installation): Path<i64>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    answer(&sandbox, Vendor::Github, "apps.token", async {
        respond(app::sell(&sandbox, installation, &parts.headers, body).await)
    })
    .await
}

async fn get_repository(
    State(sandbox): State<Sandbox>,
    Path((owner, repo)): RepositoryPath,
    parts: Parts,
) -> Response {
    let handle = async {
        let repository = find(&sandbox, &owner, &repo, &parts.headers)?;
        repository::show(&sandbox, &repository).await
    };
    answer(&sandbox, Vendor::Github, "repos.get", async {
        respond(handle.await)
    })
    .await
}

async fn get_branch(
    State(sandbox): State<Sandbox>,
    Path((owner, repo, branch)): Path<(String, String, String)>,
    parts: Parts,
) -> Response {
    let handle = async {
        let repository = find(&sandbox, &owner, &repo, &parts.headers)?;
        repository::show_branch(&sandbox, &repository, &branch).await
    };
    answer(&sandbox, Vendor::Github, "branches.get", async {
        respond(handle.await)
    })
    .await
}

async fn list_pulls(
    State(sandbox): State<Sandbox>,
    Path((owner, repo)): RepositoryPath,
    parts: Parts,
) -> Response {
    let handle = async {
        let repository = find(&sandbox, &owner, &repo, &parts.headers)?;
        list::list(&sandbox, &repository, &parts.uri).await
    };
    answer(&sandbox, Vendor::Github, "pulls.list", async {
        respond(handle.await)
    })
    .await
}

async fn create_pull(
    State(sandbox): State<Sandbox>,
    Path((owner, repo)): RepositoryPath,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let handle = async {
        let repository = find(&sandbox, &owner, &repo, &parts.headers)?;
        auth::require_token(&parts.headers)?;
        create::create(&sandbox, &repository, body).await
    };
    answer(&sandbox, Vendor::Github, "pulls.create", async {
        respond(handle.await)
    })
    .await
}

async fn get_pull(
    State(sandbox): State<Sandbox>,
    Path((owner, repo, number)): NumberedPath,
    parts: Parts,
) -> Response {
    let handle = async {
        let repository = find(&sandbox, &owner, &repo, &parts.headers)?;
        change::show(&sandbox, &repository, number, &parts.headers).await
    };
    answer(&sandbox, Vendor::Github, "pulls.get", async {
        respond(handle.await)
    })
    .await
}

async fn change_pull(
    State(sandbox): State<Sandbox>,
    Path((owner, repo, number)): NumberedPath,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let handle = async {
        let repository = find(&sandbox, &owner, &repo, &parts.headers)?;
        auth::require_token(&parts.headers)?;
        change::change(&sandbox, &repository, number, body).await
    };
    answer(&sandbox, Vendor::Github, "pulls.update", async {
        respond(handle.await)
    })
    .await
}

async fn list_files(
    State(sandbox): State<Sandbox>,
    Path((owner, repo, number)): NumberedPath,
    parts: Parts,
) -> Response {
    let handle = async {
        let repository = find(&sandbox, &owner, &repo, &parts.headers)?;
        files::list(&sandbox, &repository, number, &parts.uri).await
    };
    answer(&sandbox, Vendor::Github, "pulls.files", async {
        respond(handle.await)
    })
    .await
}

/// The repository, for a request that says who is calling.
fn find(sandbox: &Sandbox, owner: &str, repo: &str, headers: &HeaderMap) -> Answer<Repository> {
    auth::require_user_agent(headers)?;
    sandbox
        .repositories()
        .find(owner, repo)
        .ok_or(Problem::NotFound)
}
