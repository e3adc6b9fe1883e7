//! People and programs that spawn agents, and do not give up when a process is away.
use crate::harness::Api;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(50);
/// A process that is killed in the middle leaves its caller without an answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(25);

/// Spawns with one key until there is an answer, as a good client does.
pub async fn spawn(api: &Api, prompt: &str) -> Value {
    let key = Uuid::new_v4().to_string();
    let end = Instant::now() + PATIENCE;
    loop {
        let sent = api
            .http
            .post(format!("{}/api/v1/stories", api.url))
            .header("Idempotency-Key", &key)
            .json(&json!({"agent": "codegen", "prompt": prompt}))
            .timeout(ANSWER_TIMEOUT)
            .send()
            .await;
        let last = match sent {
            Ok(answer) if answer.status().is_success() => match answer.json().await {
                Ok(spawned) => return spawned,
                Err(error) => error.to_string(),
            },
            Ok(answer) => format!("{} {:?}", answer.status(), answer.text().await),
            Err(error) => format!("{error:?}"),
        };
        assert!(Instant::now() < end, "no spawn within {PATIENCE:?}: {last}");
        tokio::time::sleep(PAUSE).await;
    }
}

/// Spawns `count` agents, a few at once.
pub async fn spawn_many(api: &Api, count: usize, at_once: usize) -> Vec<Value> {
    use futures::StreamExt as _;
    let spawns = futures::stream::iter(0..count).map(|n| {
        let api = api.clone();
        async move { spawn(&api, &format!("add a README section number {n}")).await }
    });
    spawns.buffer_unordered(at_once).collect().await
}
