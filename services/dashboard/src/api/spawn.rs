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

const IDEMPOTENCY_KEY: &str = "idempotency-key";
const MAX_KEY_CHARS: usize = 200;

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
        key: key(&headers)?,
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

/// A UUID as it is, any other text as a UUID made of it; a fresh one without the header.
fn key(headers: &HeaderMap) -> Result<Uuid, Problem> {
    let Some(sent) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(Uuid::now_v7());
    };
    let text = sent.to_str().unwrap_or_default().trim();
    if text.is_empty() || text.len() > MAX_KEY_CHARS {
        let reason = format!("it must have 1 to {MAX_KEY_CHARS} visible ASCII characters");
        return Err(Problem::invalid("Idempotency-Key", reason));
    }
    Ok(text.parse().unwrap_or_else(|_| {
        Uuid::new_v5(
            &Uuid::NAMESPACE_URL,
            format!("errand:spawn:{text}").as_bytes(),
        )
    }))
}
