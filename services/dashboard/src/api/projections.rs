use super::Answer;
use crate::{
    dashboard::Site,
    present::ErrorBody,
    problem::Problem,
    records::{self, Accepted},
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use errand_projections::projector::ProjectionStatus;

/// How far every read model is.
#[utoipa::path(get, path = "/api/v1/projections", tag = "system", operation_id = "listProjections",
    responses((status = 200, body = Vec<records::Projection>)))]
pub async fn list(State(site): State<Site>) -> Answer<Vec<ProjectionStatus>> {
    Ok(Json(site.projector.status().await?))
}

/// Fills a read model anew from the log, beside the live one, and then switches. It goes on in the background.
#[utoipa::path(post, path = "/api/v1/projections/{name}/rebuild", tag = "system", operation_id = "rebuildProjection",
    params(("name" = String, Path)),
    responses((status = 202, body = Accepted), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn rebuild(
    State(site): State<Site>,
    Path(name): Path<String>,
) -> Result<(StatusCode, Json<Accepted>), Problem> {
    site.commands.rebuild(&name).await?;
    let see = "/api/v1/projections".to_owned();
    Ok((StatusCode::ACCEPTED, Json(Accepted { see })))
}
