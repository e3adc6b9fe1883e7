//! Where a request meets its fault.

use std::future::Future;
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::StreamExt;
use http_body_util::BodyExt;

use super::kind::{Fault, FaultKind, Vendor};
use super::refusal::refusal;
use crate::Sandbox;
use crate::requests::Outcome;

/// How many pieces of a stream pass before it is cut.
const CUT_AFTER_CHUNKS: usize = 6;
/// How long what has passed is given to reach the client before the connection breaks.
const CUT_AFTER: Duration = Duration::from_millis(50);

/// Marks an answer whose HTTP status says "fine" though the vendor refused, as GraphQL and Slack do.
#[derive(Debug, Clone, Copy)]
struct Refused;

/// Adds the marker to an answer.
pub(crate) fn mark_refused(mut response: Response) -> Response {
    response.extensions_mut().insert(Refused);
    response
}

/// Answers one request of one operation: meets the waiting fault, if any, and counts what came of it.
pub(crate) async fn answer(
    sandbox: &Sandbox,
    vendor: Vendor,
    operation: &str,
    handle: impl Future<Output = Response>,
) -> Response {
    let counted = async {
        let response = handle.await;
        let outcome = outcome_of(&response);
        sandbox.counters().count(vendor, operation, outcome);
        response
    };
    let Some(fault) = sandbox.faults().take(vendor, operation) else {
        return counted.await;
    };
    tracing::info!(?vendor, operation, fault = ?fault.fault, "the sandbox injects a fault");
    sandbox
        .counters()
        .count(vendor, operation, Outcome::Faulted);
    suffer(sandbox, &fault, counted).await
}

async fn suffer(
    sandbox: &Sandbox,
    fault: &Fault,
    handle: impl Future<Output = Response>,
) -> Response {
    match fault.fault {
        FaultKind::Slow => {
            wait(sandbox, fault.delay()).await;
            handle.await
        }
        FaultKind::Timeout => {
            wait(sandbox, fault.delay()).await;
            StatusCode::GATEWAY_TIMEOUT.into_response()
        }
        FaultKind::LostAnswer => {
            exhaust(handle.await).await;
            wait(sandbox, fault.delay()).await;
            StatusCode::GATEWAY_TIMEOUT.into_response()
        }
        FaultKind::CutStream => cut(handle.await),
        _ => refusal(fault),
    }
}

/// Waits, but not beyond the end of the sandbox: a hanging request must not keep the process from stopping.
async fn wait(sandbox: &Sandbox, delay: Duration) {
    tokio::select! {
        () = tokio::time::sleep(delay) => {}
        () = sandbox.stopped() => {}
    }
}

/// Reads an answer to its end, because the effect may happen while it streams (git does its work so).
async fn exhaust(response: Response) {
    let mut body = response.into_body();
    while let Some(Ok(_)) = body.frame().await {}
}

/// Lets the first half of the answer through, or the first pieces of a stream, and breaks the connection.
fn cut(response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let known_length = http_body::Body::size_hint(&body).exact();
    let half = known_length.and_then(|length| usize::try_from(length / 2).ok());
    let head = body
        .into_data_stream()
        .take(CUT_AFTER_CHUNKS)
        .map(move |piece| match (piece, half) {
            (Ok(bytes), Some(half)) => Ok(bytes.slice(..half.min(bytes.len()))),
            (piece, _) => piece,
        });
    let broken = futures::stream::once(async {
        tokio::time::sleep(CUT_AFTER).await;
        Err::<Bytes, _>(axum::Error::new(std::io::Error::other("cut on purpose")))
    });
    Response::from_parts(parts, Body::from_stream(head.chain(broken)))
}

fn outcome_of(response: &Response) -> Outcome {
    if response.extensions().get::<Refused>().is_some() || !response.status().is_success() {
        Outcome::Refused
    } else {
        Outcome::Succeeded
    }
}
