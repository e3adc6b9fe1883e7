//! Everything under one router.
use crate::{
    api, assets,
    dashboard::{Dashboard, Site},
    forms,
    guard::{self, Hosts},
    live, pages, present,
    problem::Problem,
};
use axum::{
    Router,
    http::{Method, StatusCode, Uri},
    middleware::{from_fn_with_state, map_response},
    response::{IntoResponse, Response},
    routing::get,
};
use std::any::Any;
use tower_http::{catch_panic::CatchPanicLayer, trace::TraceLayer};

/// Pages, forms, streams and the API. Routes nested into it later are outside its guards.
pub fn router(dashboard: Dashboard) -> Router {
    let site = Site::new(dashboard);
    let hosts = Hosts::new(&site.config.public_url);
    let routes = Router::new()
        .merge(pages::routes())
        .merge(forms::routes())
        .merge(api::routes())
        .route("/events", get(live::events))
        .route("/assets/{version}/{name}", get(assets::serve))
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method)
        .layer(CatchPanicLayer::custom(panicked));
    guard::protected(routes, site.config.access_token.clone())
        .layer(from_fn_with_state(hosts, guard::check))
        .layer(from_fn_with_state(site.clone(), present::problems))
        .layer(map_response(guard::secure))
        .layer(TraceLayer::new_for_http())
        .with_state(site)
}

async fn not_found(uri: Uri) -> Problem {
    let shown: String = uri.path().chars().take(120).collect();
    Problem::new(
        StatusCode::NOT_FOUND,
        "not_found",
        format!("There is no page at {shown}."),
        "Begin at the chat; everything else is one link away from there. The API is described at /api/openapi.json.",
    )
}

async fn wrong_method(method: Method, uri: Uri) -> Problem {
    let shown: String = uri.path().chars().take(120).collect();
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        format!("{shown} does not take {method}."),
        "The methods of every address are listed at /api/openapi.json.",
    )
}

fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<&str>().copied().map(str::to_owned);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    tracing::error!(panic = text.unwrap_or_default(), "a handler panicked");
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "Errand could not do this because of an error inside.",
        "Try again. If it stays, Errand's own output names the cause.",
    )
    .into_response()
}
