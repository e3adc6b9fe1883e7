//! Counters: what was asked of each vendor, and what was really made. Tests and demos read them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{Sandbox, SandboxError, Vendor};

/// How often an operation was asked for since the process started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct OperationCounts {
    /// Requests that took effect (also those whose answer was then lost or cut on purpose).
    pub succeeded: u64,
    /// Requests that the vendor refused by its own rules.
    pub refused: u64,
    /// Requests that met an injected fault. Those that took effect all the same are in `succeeded` too.
    pub faulted: u64,
}

/// How many things really exist in the sandbox, also from before a restart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Made {
    /// Linear issues.
    pub issues: u64,
    /// Linear comments.
    pub comments: u64,
    /// Links attached to Linear issues.
    pub attachments: u64,
    /// Slack messages.
    pub messages: u64,
    /// Pull requests, open and closed.
    pub pull_requests: u64,
}

/// What came of one request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Outcome {
    Succeeded,
    Refused,
    Faulted,
}

/// Counts of one vendor by operation.
pub(crate) type Operations = BTreeMap<String, OperationCounts>;

/// All counters. Operation names come from fixed lists, so the maps stay small.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counters {
    vendors: Arc<Mutex<BTreeMap<Vendor, Operations>>>,
}

impl Counters {
    pub(crate) fn count(&self, vendor: Vendor, operation: &str, outcome: Outcome) {
        let mut vendors = self.lock();
        let operations = vendors.entry(vendor).or_default();
        let counts = operations.entry(operation.to_owned()).or_default();
        match outcome {
            Outcome::Succeeded => counts.succeeded += 1,
            Outcome::Refused => counts.refused += 1,
            Outcome::Faulted => counts.faulted += 1,
        }
    }

    pub(crate) fn of(&self, vendor: Vendor) -> Operations {
        self.lock().get(&vendor).cloned().unwrap_or_default()
    }

    fn all(&self) -> BTreeMap<Vendor, Operations> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Vendor, Operations>> {
        self.vendors.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts the rows of every vendor.
pub(crate) async fn made(sandbox: &Sandbox) -> Result<Made, SandboxError> {
    const COUNT: &str = "SELECT (SELECT count(*) FROM linear_issues), (SELECT count(*) FROM linear_comments),
        (SELECT count(*) FROM linear_attachments), (SELECT count(*) FROM slack_messages), (SELECT count(*) FROM github_pulls)";
    let row = |row: &rusqlite::Row<'_>| {
        Ok(Made {
            issues: count(row, 0)?,
            comments: count(row, 1)?,
            attachments: count(row, 2)?,
            messages: count(row, 3)?,
            pull_requests: count(row, 4)?,
        })
    };
    sandbox
        .store()
        .run(move |connection| connection.query_row(COUNT, [], row))
        .await
}

fn count(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(column)?.unsigned_abs())
}

/// `GET /requests`, optionally for one vendor.
pub(crate) fn routes() -> Router<Sandbox> {
    Router::new().route("/requests", get(report))
}

#[derive(Deserialize)]
struct Wanted {
    vendor: Option<Vendor>,
}

async fn report(State(sandbox): State<Sandbox>, Query(wanted): Query<Wanted>) -> Response {
    let made = match made(&sandbox).await {
        Ok(made) => made,
        Err(problem) => {
            return (
                StatusCode::INTERNAL_SERVER_ERROR,
                Json(json!({"error": problem.to_string()})),
            )
                .into_response();
        }
    };
    match wanted.vendor {
        Some(vendor) => {
            Json(json!({"operations": sandbox.counters().of(vendor), "made": made})).into_response()
        }
        None => Json(json!({"vendors": sandbox.counters().all(), "made": made})).into_response(),
    }
}
