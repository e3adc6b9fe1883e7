//! `POST`, `GET` and `DELETE /faults`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

use super::kind::Fault;
use crate::Sandbox;
use crate::body;

const MAX_FAULT_BYTES: usize = 16 * 1024;

/// The routes for people and scripts that inject faults over HTTP.
pub(crate) fn routes() -> Router<Sandbox> {
    Router::new().route("/faults", get(list).post(inject).delete(clear))
}

async fn list(State(sandbox): State<Sandbox>) -> Json<Vec<Fault>> {
    Json(sandbox.faults().waiting())
}

async fn inject(State(sandbox): State<Sandbox>, request: axum::extract::Request) -> Response {
    let refused = |reason: String| {
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            Json(json!({"error": reason})),
        )
            .into_response()
    };
    let bytes = match body::collect(request.into_body(), MAX_FAULT_BYTES).await {
        Ok(bytes) => bytes,
        Err(problem) => return refused(problem.to_string()),
    };
    let fault: Fault = match serde_json::from_slice(&bytes) {
        Ok(fault) => fault,
        Err(problem) => return refused(format!("not a fault: {problem}")),
    };
    match sandbox.faults().inject(fault) {
        Ok(()) => (StatusCode::CREATED, Json(sandbox.faults().waiting())).into_response(),
        Err(problem) => refused(problem.to_string()),
    }
}

async fn clear(State(sandbox): State<Sandbox>) -> StatusCode {
    sandbox.faults().clear();
    StatusCode::NO_CONTENT
}
