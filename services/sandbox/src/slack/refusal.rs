//! Slack's refusals: HTTP 200 with `"ok": false`.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::SandboxError;
use crate::faults::mark_refused;

/// A refusal by its code, with the sentences that say more.
#[derive(Debug)]
pub(super) struct Refusal {
    code: &'static str,
    messages: Vec<String>,
}

pub(super) type Answer<T> = Result<T, Refusal>;

impl Refusal {
    pub(super) fn new(code: &'static str) -> Self {
        Self {
            code,
            messages: Vec::new(),
        }
    }

    pub(super) fn because(code: &'static str, message: String) -> Self {
        Self {
            code,
            messages: vec![message],
        }
    }
}

impl From<SandboxError> for Refusal {
    fn from(problem: SandboxError) -> Self {
        tracing::warn!(%problem, "the sandbox's Slack failed");
        Self::new("internal_error")
    }
}

/// One response, whichever way it went.
pub(super) fn respond(answer: Answer<Map<String, Value>>) -> Response {
    match answer {
        Ok(mut answered) => {
            answered.insert("ok".to_owned(), Value::Bool(true));
            Json(Value::Object(answered)).into_response()
        }
        Err(refusal) => {
            let mut body = json!({"ok": false, "error": refusal.code});
            if !refusal.messages.is_empty() {
                body["response_metadata"] = json!({"messages": refusal.messages});
            }
            mark_refused(Json(body).into_response())
        }
    }
}
