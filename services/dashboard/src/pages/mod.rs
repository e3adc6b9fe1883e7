//! The pages, one file each.
mod agents;
mod attachment;
mod audit;
mod batch;
mod chat;
mod conversations;
mod dead_letters;
mod health;
mod history;
mod projects;
mod queue;
mod story;
mod theme;

use crate::{dashboard::Site, problem::Problem};
use askama::Template;
use axum::{
    Router,
    response::Html,
    routing::{get, post},
};

type Page = Result<Html<String>, Problem>;

pub fn routes() -> Router<Site> {
    Router::new()
        .route("/", get(chat::home))
        .route("/chat/new", get(chat::new))
        .route("/chat/{id}", get(chat::show))
        .route("/chat/{id}/messages/{message}", get(chat::message))
        .route("/conversations", get(conversations::show))
        .route("/projects", get(projects::show))
        .route("/projects/{project}/agents", get(agents::show))
        .route("/projects/{project}/history", get(history::show))
        .route("/queue", get(queue::show))
        .route("/stories/{id}", get(story::show))
        .route("/batches/{id}", get(batch::show))
        .route("/sessions/{id}/attachments/{sha256}", get(attachment::show))
        .route("/health", get(health::show))
        .route("/dead-letters", get(dead_letters::list))
        .route("/dead-letters/{id}", get(dead_letters::show))
        .route("/audit", get(audit::search))
        .route("/audit/{seq}", get(audit::show))
        .route("/theme", post(theme::choose))
}

fn page(template: &impl Template) -> Page {
    Ok(Html(template.render()?))
}
