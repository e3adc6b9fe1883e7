//! What a person would see at each vendor. Pages refresh themselves by asking for themselves again.

mod assets;
mod github;
mod index;
mod linear;
mod markdown;
mod mrkdwn;
mod refusal;
mod shell;
mod slack;
mod when;

use axum::Router;
use axum::routing::{get, post};

use crate::Sandbox;

/// Every page, and the files they need.
pub(crate) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/", get(index::index))
        .route("/assets/{name}", get(assets::asset))
        .route("/linear", get(linear::list))
        .route("/linear/", get(linear::list))
        .route("/linear/issue/{identifier}", get(linear::issue))
        .route("/linear/issue/{identifier}/cancel", post(linear::cancel))
        .route("/slack", get(slack::newest_channel))
        .route("/slack/", get(slack::newest_channel))
        .route("/slack/{channel}", get(slack::channel))
        .route("/slack/{channel}/press", post(slack::press))
        .route("/github", get(github::repositories))
        .route("/github/", get(github::repositories))
        .route("/github/{owner}/{repo}", get(github::repository))
        .route("/github/{owner}/{repo}/tree/{*branch}", get(github::branch))
        .route("/github/{owner}/{repo}/pull/{number}", get(github::pull))
        .fallback(refusal::nothing_here)
}
