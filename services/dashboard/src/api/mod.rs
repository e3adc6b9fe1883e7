//! The JSON API: everything that the pages do. Its OpenAPI document is made from these handlers.
mod agents;
pub mod audit;
mod batches;
mod conversations;
mod dead_letters;
mod event_stream;
mod events;
mod find;
mod health;
mod idempotency;
mod messages;
mod projections;
mod projects;
mod queue;
mod sessions;
mod spawn;
mod stories;
mod story_actions;

pub use find::{session as find_session, story as find_story};

use crate::{dashboard::Site, problem::Problem};
use axum::{Json, Router, routing::get};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

/// What a handler answers.
type Answer<T> = Result<Json<T>, Problem>;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Errand",
        description = "Hands long work to agents and tells how it goes. Every id may be given as its beginning, at \
            least 4 characters, as long as only one record begins so. Errors have the shape \
            {error: {code, message, hint}}."
    ),
    components(schemas(crate::present::ErrorBody)),
    tags(
        (name = "chat", description = "Conversations with the Head of Product"),
        (name = "stories", description = "Pieces of work and the agents' sessions"),
        (name = "events", description = "The log itself"),
        (name = "system", description = "Queue, read models, dead letters, health")
    )
)]
struct Document;

/// The routes and, under `/api/openapi.json`, their document.
pub fn routes() -> Router<Site> {
    let (router, document) = documented().split_for_parts();
    let document = std::sync::Arc::new(document);
    let serve = move || async move { Json(std::sync::Arc::unwrap_or_clone(document)) };
    router.route("/api/openapi.json", get(serve))
}

fn documented() -> OpenApiRouter<Site> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(agents::list))
        .routes(routes!(conversations::list, conversations::start))
        .routes(routes!(conversations::show, conversations::change))
        .routes(routes!(messages::list, messages::post))
        .routes(routes!(messages::press))
        .routes(routes!(messages::retry))
        .routes(routes!(projects::list))
        .routes(routes!(stories::list, spawn::spawn))
        .routes(routes!(stories::show))
        .routes(routes!(stories::timeline))
        .routes(routes!(story_actions::cancel))
        .routes(routes!(story_actions::retry))
        .routes(routes!(story_actions::approve))
        .routes(routes!(story_actions::reject))
        .routes(routes!(batches::list))
        .routes(routes!(batches::show))
        .routes(routes!(batches::cancel))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::show))
        .routes(routes!(sessions::attachment))
        .routes(routes!(sessions::answer))
        .routes(routes!(sessions::steer))
        .routes(routes!(queue::list))
        .routes(routes!(queue::pauses))
        .routes(routes!(queue::pause))
        .routes(routes!(queue::resume))
        .routes(routes!(events::list))
        .routes(routes!(events::show))
        .routes(routes!(audit::verify))
        .routes(routes!(event_stream::stream))
        .routes(routes!(projections::list))
        .routes(routes!(projections::rebuild))
        .routes(routes!(dead_letters::list))
        .routes(routes!(dead_letters::show, dead_letters::discard))
        .routes(routes!(dead_letters::redrive))
        .routes(routes!(dead_letters::redrive_group))
        .routes(routes!(health::show))
}
