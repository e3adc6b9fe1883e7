//! Gives a handler's [`Problem`] its shape: JSON for the API, a fragment for live.js, a page for everybody else.
use crate::{
    body::Live,
    dashboard::Site,
    problem::Problem,
    view::{Shell, Tab, Theme},
};
use askama::Template;
use axum::{
    Json,
    extract::{Request, State},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};

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
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        return response;
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
    (status, shaped).into_response()
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
    let page = ProblemPage {
        shell: Shell::new(site, theme, Tab::None, title),
        status: problem.status.as_u16(),
        problem,
    };
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(_) => problem.message.clone().into_response(),
    }
}
