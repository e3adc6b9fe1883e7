use axum::extract::Request;
use serde_json::{Map, Value, json};

use super::parameters::{self, Parameters};
use super::refusal::{Answer, Refusal};
use super::{auth, channel, history, post};
use crate::Sandbox;

/// A method of the Web API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    AuthTest,
    PostMessage,
    Update,
    GetPermalink,
    History,
    Replies,
    ListChannels,
    Unknown,
}

impl Method {
    pub(super) fn named(name: &str) -> Self {
        match name {
            "auth.test" => Self::AuthTest,
            "chat.postMessage" => Self::PostMessage,
            "chat.update" => Self::Update,
            "chat.getPermalink" => Self::GetPermalink,
            "conversations.history" => Self::History,
            "conversations.replies" => Self::Replies,
            "conversations.list" => Self::ListChannels,
            _ => Self::Unknown,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::AuthTest => "auth.test",
            Self::PostMessage => "chat.postMessage",
            Self::Update => "chat.update",
            Self::GetPermalink => "chat.getPermalink",
            Self::History => "conversations.history",
            Self::Replies => "conversations.replies",
            Self::ListChannels => "conversations.list",
            Self::Unknown => "unknown_method",
        }
    }
}

/// One call: what it answers beside `"ok": true`.
pub(super) async fn call(
    sandbox: &Sandbox,
    method: Method,
    request: Request,
) -> Answer<Map<String, Value>> {
    let (parts, body) = request.into_parts();
    let parameters = parameters::read(&parts, body).await?;
    auth::require_token(&parts.headers, &parameters)?;
    let answered = match method {
        Method::AuthTest => Ok(who_am_i(sandbox)),
        Method::PostMessage => post::post(sandbox, &parameters).await,
        Method::Update => post::update(sandbox, &parameters).await,
        Method::GetPermalink => post::permalink(sandbox, &parameters).await,
        Method::History => history::history(sandbox, &parameters).await,
        Method::Replies => history::replies(sandbox, &parameters).await,
        Method::ListChannels => Ok(list_channels(&parameters)),
        Method::Unknown => Err(Refusal::new("unknown_method")),
    }?;
    match answered {
        Value::Object(answered) => Ok(answered),
        _ => Err(Refusal::new("fatal_error")),
    }
}

fn who_am_i(sandbox: &Sandbox) -> Value {
    json!({
        "url": format!("{}/slack/", sandbox.links().root()),
        "team": "Errand sandbox",
        "user": "errand",
        "team_id": auth::TEAM_ID,
        "user_id": auth::USER_ID,
        "bot_id": auth::BOT_ID,
        "is_enterprise_install": false,
    })
}

fn list_channels(_: &Parameters) -> Value {
    let channels: Vec<Value> = channel::CHANNELS
        .iter()
        .map(channel::Channel::show)
        .collect();
    json!({"channels": channels, "response_metadata": {"next_cursor": ""}})
}
