//! Slack's Web API, as far as a tool that tells people about its work needs it.

mod api;
mod auth;
mod blocks;
mod channel;
mod history;
mod message;
mod parameters;
mod post;
mod refusal;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use axum::routing::post;

pub(crate) use channel::{CHANNELS, Channel};
pub(crate) use message::{Message, ts_text};

use crate::Sandbox;
use crate::faults::{Vendor, answer};
use refusal::respond;

/// The one Web API route: the method is the last part of the path.
pub(crate) fn routes() -> Router<Sandbox> {
    Router::new().route("/slack/api/{method}", post(call).get(call))
}

async fn call(
    State(sandbox): State<Sandbox>,
    Path(method): Path<String>,
    request: Request,
) -> Response {
    let method = api::Method::named(&method);
    let handle = async { respond(api::call(&sandbox, method, request).await) };
    answer(&sandbox, Vendor::Slack, method.name(), handle).await
}
