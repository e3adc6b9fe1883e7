use crate::{dashboard::Site, present::ErrorBody, problem::Problem};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use bytes::Bytes;
use errand_projections::{
    Db,
    projector::{Audit, Progress, Projector},
};
use futures::{Stream, StreamExt as _, stream};
use serde::Serialize;
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::sync::{Mutex, OwnedMutexGuard, mpsc};
use tokio_util::task::AbortOnDropHandle;
use utoipa::ToSchema;

/// An audit that takes longer is given up.
const MAX_AUDIT_TIME: Duration = Duration::from_secs(4 * 60 * 60);
/// Progress is told for every so many pages of the log at most; what a slow reader does not take is left out.
const LINES_AHEAD: usize = 16;

/// Held while an audit is under way.
pub type Underway = Arc<Mutex<()>>;

/// One line of the answer. The last is `found` or `failed`.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum AuditLine {
    /// How far the replay is.
    #[schema(value_type = Object)]
    Progress(Progress),
    /// Differences between the log and the tables, and faults of the log; both are empty when all is well.
    #[schema(value_type = Object)]
    Found(Audit),
    /// Why nothing was found out.
    Failed(String),
}

/// Replays the log into a scratch copy, compares it with the live tables, and proves that the log is sound. It reads
/// everything and changes nothing. One at a time; it ends when the client goes.
#[utoipa::path(post, path = "/api/v1/audit/verify", tag = "system", operation_id = "verifyAudit",
    responses((status = 200, body = AuditLine, content_type = "application/jsonl"), (status = 409, body = ErrorBody)))]
pub async fn verify(State(site): State<Site>) -> Result<Response, Problem> {
    let Ok(underway) = Arc::clone(site.audit()).try_lock_owned() else {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "refused",
            "An audit is under way.",
            "Wait until it has ended.",
        ));
    };
    let lines = lines(site.projector.clone(), underway);
    let stopped = site.stop.clone().cancelled_owned();
    let mut response = Response::new(Body::from_stream(lines.take_until(Box::pin(stopped))));
    let mime = HeaderValue::from_static("application/jsonl");
    response.headers_mut().insert(header::CONTENT_TYPE, mime);
    Ok(response)
}

fn lines(
    projector: Projector,
    underway: OwnedMutexGuard<()>,
) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
    let (sender, receiver) = mpsc::channel(LINES_AHEAD);
    let work = AbortOnDropHandle::new(tokio::spawn(async move {
        let told = sender.clone();
        let tell = move |progress| {
            // A line that finds no room is followed by a later one.
            let _ = told.try_send(line(&AuditLine::Progress(progress)));
        };
        let last = match tokio::time::timeout(MAX_AUDIT_TIME, audited(&projector, tell)).await {
            Ok(Ok(audit)) => AuditLine::Found(audit),
            Ok(Err(reason)) => AuditLine::Failed(reason),
            Err(_) => AuditLine::Failed(format!("the audit took longer than {MAX_AUDIT_TIME:?}")),
        };
        drop(underway);
        let _ = sender.send(line(&last)).await;
    }));
    // The work is dropped with the stream.
    stream::unfold((receiver, work), |(mut receiver, work)| async move {
        let line = receiver.recv().await?;
        Some((Ok(line), (receiver, work)))
    })
}

/// The scratch copy is as large as all tables, so it is a file.
async fn audited(
    projector: &Projector,
    tell: impl Fn(Progress) + Send + Sync,
) -> Result<Audit, String> {
    let folder = tempfile::tempdir().map_err(|e| format!("no room for a scratch copy: {e}"))?;
    let scratch = Db::open(&folder.path().join("scratch.sqlite")).await;
    let scratch = scratch.map_err(|e| e.to_string())?;
    let audit = projector.audit(&scratch, tell).await;
    scratch.close().await;
    audit.map_err(|e| e.to_string())
}

fn line(line: &AuditLine) -> Bytes {
    // Plain structs, which always serialise.
    let mut text = serde_json::to_vec(line).unwrap_or_default();
    text.push(b'\n');
    text.into()
}
