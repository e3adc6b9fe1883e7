//! Gives a handler's [`Problem`] its shape: JSON for the API, a fragment for live.js, a page for everybody else.
use crate::{
    body::Live,
    dashboard::Site,
    problem::Problem,
    view::{Shell, Tab, Theme, Viewer},
};
use askama::Template;
use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};

/// What is kept of a refusal that is not ours.
const MAX_REFUSAL_BYTES: usize = 4 * 1024;

/// The error shape of the API.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ErrorBody {
    pub error: ErrorDetail,
}

#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ErrorDetail {
    /// Stable, for programs, e.g. `not_found`.
    pub code: &'static str,
    pub message: String,
    /// What to do.
    pub hint: String,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    shell: Shell,
    status: u16,
    problem: &'a Problem,
}

#[derive(Template)]
#[template(path = "fragments/notice.html")]
struct Notice<'a> {
    text: &'a str,
    tone: &'static str,
}

/// The words that live.js shows in the corner; empty text takes them away.
pub fn notice(text: &str, tone: &'static str) -> String {
    // Rendering into a String can only fail for lack of memory.
    Notice { text, tone }.render().unwrap_or_default()
}

pub async fn problems(State(site): State<Site>, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let live = Live::of(request.headers());
    let theme = Theme::of(request.headers());
    let mut response = next.run(request).await;
    let challenges = challenges(&response);
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None if is_bare_refusal(&response) => of_bare(response).await,
        None => return response,
    };
    let status = problem.status;
    let shaped = if is_api {
        json(&problem).into_response()
    } else if live.0 {
        let text = format!("{} {}", problem.message, problem.hint);
        Html(notice(&text, "bad")).into_response()
    } else {
        page(&site, theme, &problem)
    };
    let mut shaped = (status, shaped).into_response();
    shaped.headers_mut().extend(challenges);
    shaped
}

/// How to sign in is told in headers.
fn challenges(response: &Response) -> HeaderMap {
    let told = response.headers().get_all(header::WWW_AUTHENTICATE);
    let told = told.iter().cloned();
    told.map(|challenge| (header::WWW_AUTHENTICATE, challenge))
        .collect()
}

/// A refusal by an extractor (a path or query that does not fit): plain text without a cause of ours.
fn is_bare_refusal(response: &Response) -> bool {
    let mime = response.headers().get(header::CONTENT_TYPE);
    let is_text = mime.is_none_or(|mime| mime.as_bytes().starts_with(b"text/plain"));
    (response.status().is_client_error() || response.status().is_server_error()) && is_text
}

async fn of_bare(response: Response) -> Problem {
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), MAX_REFUSAL_BYTES).await;
    let text = String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned();
    let message = match text.trim() {
        "" => status
            .canonical_reason()
            .unwrap_or("The request was refused")
            .to_owned(),
        text => text.to_owned(),
    };
    let hint =
        "Check the address; every address and its parameters are listed at /api/openapi.json.";
    Problem::new(status, "bad_request", message, hint)
}

fn json(problem: &Problem) -> Json<ErrorBody> {
    Json(ErrorBody {
        error: ErrorDetail {
            code: problem.code,
            message: problem.message.clone(),
            hint: problem.hint.clone(),
        },
    })
}

fn page(site: &Site, theme: Theme, problem: &Problem) -> Response {
    let title = problem.status.canonical_reason().unwrap_or("Problem");
    let viewer = Viewer {
        theme,
        ..Viewer::default()
    };
    let page = ProblemPage {
        shell: Shell::new(site, viewer, Tab::None, title),
        status: problem.status.as_u16(),
        problem,
    };
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(_) => problem.message.clone().into_response(),
    }
}
