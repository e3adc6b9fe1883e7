//! Linear's GraphQL API, judged by the part of Linear's own schema in `schema/linear.graphql`.

mod auth;
mod connection;
mod endpoint;
mod filter;
mod judge;
mod mutation;
mod object;
mod query;
mod refusal;
mod rows;
mod workspace;
mod world;

use axum::Router;
use axum::routing::post;

pub(crate) use judge::Judge;
pub(crate) use refusal::{internal_error, not_authenticated, rate_limited};
pub(crate) use rows::{Attachment, Comment, Issue};
pub(crate) use workspace::{STATES, TEAM, VIEWER, WorkflowState};

use crate::Sandbox;

/// The one GraphQL route.
pub(crate) fn routes() -> Router<Sandbox> {
    Router::new().route("/linear/graphql", post(endpoint::graphql))
}
