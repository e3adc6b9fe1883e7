//! `GET /sessions/{id}/attachments/{sha256}`
use crate::{attached::attached, dashboard::Site, problem::Problem};
use axum::{
    extract::{Path, State},
    response::IntoResponse,
};

/// As plain text, whole; where it is not here, a page says where it is.
pub async fn show(
    State(site): State<Site>,
    Path((id, sha256)): Path<(String, String)>,
) -> Result<impl IntoResponse, Problem> {
    attached(&site, &id, sha256).await
}
