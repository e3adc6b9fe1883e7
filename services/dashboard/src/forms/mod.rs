//! What the pages' forms do: a command, then back to the page, or a word for live.js.
mod answer;
mod batches;
mod chat;
mod conversations;
mod dead_letters;
mod projections;
mod queue;
mod sessions;
mod stories;

pub use chat::{asked_by, pressed_message_id};

use crate::dashboard::Site;
use axum::{Router, routing::post};

pub fn routes() -> Router<Site> {
    Router::new()
        .route("/chat", post(chat::begin))
        .route("/chat/{id}/messages", post(chat::say))
        .route("/chat/{id}/messages/{message}/actions", post(chat::press))
        .route("/chat/{id}/messages/{message}/retry", post(chat::retry))
        .route("/chat/{id}/messages/{message}/answer", post(chat::answer))
        .route("/chat/{id}/rename", post(conversations::rename))
        .route("/chat/{id}/move", post(conversations::move_to))
        .route("/chat/{id}/archive", post(conversations::archive))
        .route("/chat/{id}/restore", post(conversations::restore))
        .route("/batches/{id}/cancel", post(batches::cancel))
        .route("/stories/{id}/cancel", post(stories::cancel))
        .route("/stories/{id}/retry", post(stories::retry))
        .route("/stories/{id}/approve", post(stories::approve))
        .route("/stories/{id}/reject", post(stories::reject))
        .route("/sessions/{id}/steer", post(sessions::steer))
        .route(
            "/sessions/{id}/questions/{question}/answer",
            post(sessions::answer),
        )
        .route(
            "/health/projections/{name}/rebuild",
            post(projections::rebuild),
        )
        .route("/queue/pause", post(queue::pause))
        .route("/queue/resume", post(queue::resume))
        .route("/dead-letters/redrive", post(dead_letters::redrive_group))
        .route("/dead-letters/{id}/redrive", post(dead_letters::redrive))
        .route("/dead-letters/{id}/discard", post(dead_letters::discard))
}
