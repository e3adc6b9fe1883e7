use super::Answer;
use crate::{dashboard::Site, records};
use axum::{Json, extract::State};
use errand_projections::projects::Project;

/// Every project with what its tabs hold.
#[utoipa::path(get, path = "/api/v1/projects", tag = "stories", operation_id = "listProjects",
    responses((status = 200, body = Vec<records::Project>)))]
pub async fn list(State(site): State<Site>) -> Answer<Vec<Project>> {
    Ok(Json(site.db().projects().await?))
}
