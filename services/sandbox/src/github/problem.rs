//! GitHub's error shapes.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::SandboxError;
use crate::body::BodyError;

const DOCUMENTATION: &str = "https://docs.github.com/rest/pulls/pulls";

/// Why a request was refused.
#[derive(Debug)]
pub(super) enum Problem {
    NoUserAgent,
    NoToken,
    /// An App's proof that is malformed, or not meant for this moment.
    BadProof,
    NotFound,
    /// The body is no JSON object.
    NotJson,
    /// The body is longer than we read.
    TooLong(BodyError),
    /// 422 with the errors GitHub lists.
    Invalid(Vec<Value>),
    /// 422 for a body of the wrong shape; the text names the field.
    WrongShape(String),
    Ours(SandboxError),
}

/// What a handler yields.
pub(super) type Answer<T> = Result<T, Problem>;

impl Problem {
    /// 422 with one field that is wrong; `code` is one of GitHub's (`invalid`, `missing_field`).
    pub(super) fn field(field: &str, code: &str) -> Self {
        Self::Invalid(vec![
            json!({"resource": "PullRequest", "field": field, "code": code}),
        ])
    }

    /// 422 with a sentence.
    pub(super) fn custom(message: String) -> Self {
        Self::Invalid(vec![
            json!({"resource": "PullRequest", "code": "custom", "message": message}),
        ])
    }
}

impl From<SandboxError> for Problem {
    fn from(problem: SandboxError) -> Self {
        Self::Ours(problem)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, message, errors) = match self {
            Self::NoUserAgent => {
                let text = "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.\n";
                return (StatusCode::FORBIDDEN, text).into_response();
            }
            Self::NoToken => (
                StatusCode::UNAUTHORIZED,
                "Requires authentication".to_owned(),
                None,
            ),
            Self::BadProof => (
                StatusCode::UNAUTHORIZED,
                "A JSON web token could not be decoded".to_owned(),
                None,
            ),
            Self::NotFound => (StatusCode::NOT_FOUND, "Not Found".to_owned(), None),
            Self::NotJson => (
                StatusCode::BAD_REQUEST,
                "Problems parsing JSON".to_owned(),
                None,
            ),
            Self::TooLong(problem) => (StatusCode::PAYLOAD_TOO_LARGE, problem.to_string(), None),
            Self::Invalid(errors) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "Validation Failed".to_owned(),
                Some(errors),
            ),
            Self::WrongShape(what) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                format!("Invalid request.\n\n{what}"),
                None,
            ),
            Self::Ours(problem) => {
                tracing::warn!(%problem, "the sandbox's GitHub failed");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "Server Error".to_owned(),
                    None,
                )
            }
        };
        let mut body = json!({"message": message, "documentation_url": DOCUMENTATION, "status": status.as_str()});
        if let Some(errors) = errors {
            body["errors"] = Value::Array(errors);
        }
        (status, axum::Json(body)).into_response()
    }
}

/// One response, whichever way it went.
pub(super) fn respond(answer: Answer<impl IntoResponse>) -> Response {
    match answer {
        Ok(fine) => fine.into_response(),
        Err(problem) => problem.into_response(),
    }
}
