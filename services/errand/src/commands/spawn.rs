//! `errand spawn AGENT "prompt"`: the same command that the chat gives.
use super::watch;
use crate::{
    api::Api,
    cli,
    output::{self, text},
};
use serde_json::{Value, json};
use std::{process::ExitCode, time::Duration};
use tokio::time::Instant;
use uuid::Uuid;

/// The link follows within a second, or the news that it is late.
const LINK_PATIENCE: Duration = Duration::from_millis(1500);
const POLL: Duration = Duration::from_millis(50);

/// # Errors
/// Errand is not there or says no.
pub async fn run(api: &Api, asked: &cli::Spawn, json: bool) -> anyhow::Result<ExitCode> {
    let key = asked
        .idempotency_key
        .unwrap_or_else(Uuid::new_v4)
        .to_string();
    let body = json!({
        "agent": asked.agent,
        "prompt": asked.prompt,
        "title": asked.title,
        "projectId": asked.project,
    });
    let spawned = api.post_once("/api/v1/stories", &key, &body).await?;
    let id = text(&spawned, "storyId").to_owned();
    if asked.wait {
        if !json {
            output::line(&announcement(&story_with_link(api, &id).await?))?;
        }
        return watch::run(api, &id, json).await;
    }
    let story = story_with_link(api, &id).await?;
    if json {
        output::json(&story)?;
    } else {
        output::line(&announcement(&story))?;
        output::line(&format!(
            "Follow it with: errand watch {}",
            output::short(&id)
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn story_with_link(api: &Api, id: &str) -> anyhow::Result<Value> {
    let end = Instant::now() + LINK_PATIENCE;
    loop {
        let story = api.get(&format!("/api/v1/stories/{id}"), &[]).await;
        match story {
            Ok(story) if settled(&story) || Instant::now() > end => return Ok(story),
            Err(error) if Instant::now() > end => return Err(error),
            _ => tokio::time::sleep(POLL).await,
        }
    }
}

fn settled(story: &Value) -> bool {
    let has = |key: &str| !text(story, key).is_empty();
    has("linearIssueUrl") || has("linearError") || !has("tracker")
}

fn announcement(story: &Value) -> String {
    let name = text(story, "agentName");
    let url = text(story, "linearIssueUrl");
    if url.is_empty() {
        format!(
            "✅ Spawned {name} agent! Story created ({})",
            text(story, "id")
        )
    } else {
        format!("✅ Spawned {name} agent! Tracking in Linear: {url}")
    }
}
