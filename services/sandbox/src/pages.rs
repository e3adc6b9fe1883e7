//! placeholder
use axum::Router;
use crate::Sandbox;
pub(crate) fn routes() -> Router<Sandbox> { Router::new() }
