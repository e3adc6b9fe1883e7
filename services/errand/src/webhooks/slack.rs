//! A button of ours was pressed in Slack.
use super::{Hooks, Refusal, signature::is_signed, told};
use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use errand_dashboard::Commands;
use errand_eventlog::aggregate::now_us;
use errand_notifier::slack::{APPROVE, REJECT};
use secrecy::SecretString;
use serde::Deserialize;

/// How far the time of a call may be from now, either way.
const MAX_AGE_SECONDS: i64 = 5 * 60;
const REASON: &str = "Rejected in Slack";

#[derive(Debug, Deserialize)]
struct Interaction {
    user: User,
    #[serde(default)]
    actions: Vec<Action>,
}

#[derive(Debug, Deserialize)]
struct User {
    id: String,
    username: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Action {
    action_id: String,
    #[serde(default)]
    value: String,
}

/// `POST /webhooks/slack`
pub async fn pressed(
    State(hooks): State<Hooks>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Refusal> {
    let secret = hooks.slack_secret.as_ref();
    let secret = secret.ok_or(Refusal::NotConfigured("SLACK_SIGNING_SECRET"))?;
    verify(secret, &headers, &body, now_us() / 1_000_000)?;
    let interaction = read(&body)?;
    let user = interaction.user;
    let by = format!("{} (Slack)", user.username.unwrap_or(user.id));
    for action in interaction.actions {
        let story = &action.value;
        let done = match action.action_id.as_str() {
            APPROVE => hooks.commands.approve(story, &by).await,
            REJECT => hooks.commands.reject(story, REASON, &by).await,
            // Other buttons are not ours.
            _ => continue,
        };
        match told(story, done) {
            StatusCode::OK => {}
            failed => return Ok(failed),
        }
    }
    Ok(StatusCode::OK)
}

fn verify(
    secret: &SecretString,
    headers: &HeaderMap,
    body: &[u8],
    now_seconds: i64,
) -> Result<(), Refusal> {
    let header = |name| headers.get(name).and_then(|v| v.to_str().ok());
    let time = header("x-slack-request-timestamp").ok_or(Refusal::Time)?;
    let seconds: i64 = time.parse().map_err(|_| Refusal::Time)?;
    if now_seconds.saturating_sub(seconds).saturating_abs() > MAX_AGE_SECONDS {
        return Err(Refusal::Time);
    }
    let signature = header("x-slack-signature").and_then(|s| s.strip_prefix("v0="));
    let prefix = format!("v0:{time}:");
    let is_signed = |tag| is_signed(secret, &[prefix.as_bytes(), body], tag);
    if signature.is_some_and(is_signed) {
        return Ok(());
    }
    Err(Refusal::Signature)
}

fn read(body: &[u8]) -> Result<Interaction, Refusal> {
    let mut fields = form_urlencoded::parse(body);
    let (_, payload) = fields
        .find(|(name, _)| name == "payload")
        .ok_or(Refusal::Body)?;
    serde_json::from_str(&payload).map_err(|_| Refusal::Body)
}
