use super::idempotency;
use crate::{
    body::{JsonBody, MAX_MESSAGE_CHARS, MAX_TITLE_CHARS, optional, required},
    commands::Spawn,
    dashboard::Site,
    guard::Actor,
    present::ErrorBody,
    problem::Problem,
    records::SpawnedStory,
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SpawnRequest {
    /// One of `GET /api/v1/agents`, e.g. `codegen`.
    agent: String,
    /// 1 to 16,000 characters.
    prompt: String,
    title: Option<String>,
    /// The default project when absent.
    project_id: Option<String>,
}

/// Puts an agent to work: the same command that the chat gives.
#[utoipa::path(post, path = "/api/v1/stories", tag = "stories", operation_id = "spawn", request_body = SpawnRequest,
    params(("Idempotency-Key" = Option<String>, Header,
        description = "The same key again answers with the same story. At most 200 characters.")),
    responses((status = 201, body = SpawnedStory), (status = 413, body = ErrorBody), (status = 422, body = ErrorBody),
        (status = 503, body = ErrorBody)))]
pub async fn spawn(
    State(site): State<Site>,
    Actor(user): Actor,
    headers: HeaderMap,
    JsonBody(asked): JsonBody<SpawnRequest>,
) -> Result<(StatusCode, Json<SpawnedStory>), Problem> {
    let agent = known_agent(&site, &asked.agent)?;
    let spawn = Spawn {
        key: idempotency::key(&headers, "spawn")?.unwrap_or_else(Uuid::now_v7),
        agent,
        title: optional(asked.title.as_deref(), MAX_TITLE_CHARS)?,
        prompt: required("prompt", &asked.prompt, MAX_MESSAGE_CHARS)?,
        project_id: optional(asked.project_id.as_deref(), MAX_TITLE_CHARS)?,
        user,
    };
    let spawned = site.commands.spawn(spawn).await?;
    site.settled(spawned.seq).await;
    let url = format!(
        "{}/stories/{}",
        site.config.public_url.trim_end_matches('/'),
        spawned.story_id
    );
    let answer = SpawnedStory {
        story_id: spawned.story_id,
        session_id: spawned.session_id,
        conversation_id: spawned.conversation_id,
        seq: spawned.seq,
        url,
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

fn known_agent(site: &Site, kind: &str) -> Result<String, Problem> {
    if site.config.agents.iter().any(|a| a.kind == kind) {
        return Ok(kind.to_owned());
    }
    let known: Vec<_> = site.config.agents.iter().map(|a| a.kind.as_str()).collect();
    let shown: String = kind.chars().take(80).collect();
    let reason = format!(
        "there is no agent {shown:?}; choose one of {}",
        known.join(", ")
    );
    Err(Problem::invalid("agent", reason))
}
