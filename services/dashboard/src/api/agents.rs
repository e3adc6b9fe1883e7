use super::Answer;
use crate::dashboard::{AgentInfo, Site};
use axum::{Json, extract::State};

/// The agents that can be spawned.
#[utoipa::path(get, path = "/api/v1/agents", tag = "stories", operation_id = "listAgents",
    responses((status = 200, body = Vec<AgentInfo>)))]
pub async fn list(State(site): State<Site>) -> Answer<Vec<AgentInfo>> {
    Ok(Json(site.config.agents.clone()))
}
