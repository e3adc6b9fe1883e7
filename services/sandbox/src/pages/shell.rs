//! What surrounds every page.

use askama::Template;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::Sandbox;

/// Nothing but our own files: what agents wrote is on these pages.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// What the surrounding template needs.
pub(super) struct Shell {
    /// Path prefix of every link.
    pub(super) base: String,
    /// `Linear`, `Slack`, `GitHub`, or nothing on the sandbox's own page.
    pub(super) vendor: &'static str,
}

impl Shell {
    /// The sandbox's own page. A nested router's "/" is reached without the slash only.
    pub(super) fn home(&self) -> &str {
        if self.base.is_empty() {
            "/"
        } else {
            &self.base
        }
    }

    pub(super) fn new(sandbox: &Sandbox, vendor: &'static str) -> Self {
        Self {
            base: sandbox.links().base_path().to_owned(),
            vendor,
        }
    }
}

/// A page as a response.
pub(super) fn respond(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => {
            let headers: [(HeaderName, HeaderValue); 3] = [
                (
                    header::CONTENT_SECURITY_POLICY,
                    HeaderValue::from_static(CONTENT_POLICY),
                ),
                (
                    header::REFERRER_POLICY,
                    HeaderValue::from_static("no-referrer"),
                ),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ];
            (status, headers, Html(html)).into_response()
        }
        Err(problem) => {
            tracing::error!(%problem, "a page of the sandbox could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
