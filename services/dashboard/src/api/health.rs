use super::Answer;
use crate::{dashboard::Site, health, records::Health};
use axum::{Json, extract::State};

/// The state of everything. The status is 200 as long as Errand answers at all.
#[utoipa::path(get, path = "/api/v1/health", tag = "system", operation_id = "getHealth",
    responses((status = 200, body = Health)))]
pub async fn show(State(site): State<Site>) -> Answer<Health> {
    health::health(&site).await.map(Json)
}
