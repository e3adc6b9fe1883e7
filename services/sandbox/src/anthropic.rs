//! Anthropic's Messages API with two scripts behind it: a Head of Product, and a coding agent for clients that bring
//! the tools of one.

mod coding_agent;
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

/// The routes.
pub(crate) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/anthropic/v1/messages", post(endpoint::messages))
        .route(
            "/anthropic/v1/messages/count_tokens",
            post(endpoint::count_tokens),
        )
}
