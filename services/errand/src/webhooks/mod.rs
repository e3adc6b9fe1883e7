//! What vendors call. Each call is verified by its signature and its time before it is read.
mod linear;
mod signature;
mod slack;

use crate::wiring::commands::ServiceCommands;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use errand_dashboard::{CommandError, Done};
use errand_projections::Db;
use secrecy::SecretString;
use std::sync::Arc;

/// The largest body that is read at all.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// What the calls need. A vendor without a secret is not listened to.
#[derive(Clone)]
pub struct Hooks {
    pub commands: Arc<ServiceCommands>,
    pub db: Db,
    pub slack_secret: Option<SecretString>,
    pub linear_secret: Option<SecretString>,
}

/// To be served outside the guards for people: the signature is the credential.
pub fn routes(hooks: Hooks) -> Router {
    Router::new()
        .route("/webhooks/slack", post(slack::pressed))
        .route("/webhooks/linear", post(linear::changed))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(hooks)
}

/// Why a call was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Refusal {
    #[error("{0} is not set: this vendor is not listened to")]
    NotConfigured(&'static str),
    #[error("the signature is missing or wrong")]
    Signature,
    #[error("the time of the call is missing, or too far from now")]
    Time,
    #[error("the body is not what this vendor sends")]
    Body,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match self {
            Self::NotConfigured(_) => StatusCode::NOT_FOUND,
            Self::Signature | Self::Time => StatusCode::UNAUTHORIZED,
            Self::Body => StatusCode::BAD_REQUEST,
        };
        tracing::warn!(refusal = %self, "a call from outside was refused");
        (status, self.to_string()).into_response()
    }
}

/// A vendor tries again only what may succeed then; what the story refuses was decided before.
fn told(story: &str, done: Result<Done, CommandError>) -> StatusCode {
    match done {
        Ok(_) => StatusCode::OK,
        Err(CommandError::Unavailable(reason)) => {
            tracing::warn!(
                story,
                reason,
                "a call from outside could not be carried out"
            );
            StatusCode::SERVICE_UNAVAILABLE
        }
        Err(error) => {
            tracing::info!(story, %error, "a call from outside changed nothing");
            StatusCode::OK
        }
    }
}
