//! Anthropic's Messages API with a scripted Head of Product behind it.

mod conversation;
mod endpoint;
mod head_of_product;
mod intent;
mod problem;
mod reply;
mod request;
mod stream;
mod topic;
mod usage;

use axum::Router;
use axum::routing::post;

pub(crate) use problem::error_body;

use crate::Sandbox;

/// The one route.
pub(crate) fn routes() -> Router<Sandbox> {
    Router::new().route("/anthropic/v1/messages", post(endpoint::messages))
}
