use super::{Answer, find, idempotency};
use crate::{
    body::{JsonBody, message_text},
    commands::PostMessage,
    dashboard::Site,
    forms::{asked_by, pressed_message_id},
    guard::Actor,
    present::ErrorBody,
    problem::Problem,
    records,
};
use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
};
use errand_projections::conversations::{Message, MessageKind, MessagePage};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Only messages with a greater `seq`.
    after: Option<i64>,
    /// Only messages with a smaller `seq`.
    before: Option<i64>,
    /// At most 500; 50 when absent.
    #[serde(default)]
    limit: u32,
}

#[derive(Serialize)]
pub struct Messages {
    messages: Vec<Message>,
}

/// Messages of a conversation, oldest first; the latest unless `after` or `before` is given.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/messages", tag = "chat", operation_id = "listMessages",
    params(("id" = String, Path), Wanted),
    responses((status = 200, body = records::Messages), (status = 404, body = ErrorBody)))]
pub async fn list(
    State(site): State<Site>,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Answer<Messages> {
    let id = find::conversation(&site, &id).await?.row.id;
    let page = match (wanted.after, wanted.before) {
        (Some(after), None) => MessagePage::After(after),
        (None, Some(before)) => MessagePage::Before(before),
        (None, None) => MessagePage::Latest,
        (Some(_), Some(_)) => {
            return Err(Problem::invalid(
                "after",
                "give either after or before, not both",
            ));
        }
    };
    let messages = site.db().messages(&id, page, wanted.limit).await?;
    Ok(Json(Messages { messages }))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Post {
    /// 1 to 16,000 characters.
    text: String,
    /// Made by the client: the same id again is the same message.
    message_id: Option<Uuid>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Posted {
    pub message_id: Uuid,
    pub seq: u64,
}

/// Says something. The reply is written in the background.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/messages", tag = "chat", operation_id = "postMessage",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header,
        description = "The same key again is the same message, also without a messageId. At most 200 characters.")),
    request_body = Post,
    responses((status = 201, body = Posted), (status = 404, body = ErrorBody), (status = 413, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub async fn post(
    State(site): State<Site>,
    Actor(user): Actor,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(post): JsonBody<Post>,
) -> Result<(StatusCode, Json<Posted>), Problem> {
    let text = message_text(&post.text)?;
    let conversation_id = find::conversation_id(&site, &id).await?;
    let key = idempotency::key(&headers, &format!("message:{conversation_id}"))?;
    let message = PostMessage {
        conversation_id,
        message_id: post.message_id.or(key).unwrap_or_else(Uuid::now_v7),
        text,
        action_id: None,
        user,
    };
    send(&site, message).await
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Press {
    action_id: String,
}

/// Presses a button under a message.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/messages/{message}/actions", tag = "chat",
    operation_id = "pressAction", params(("id" = String, Path), ("message" = String, Path)), request_body = Press,
    responses((status = 201, body = Posted), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn press(
    State(site): State<Site>,
    Actor(user): Actor,
    Path((id, message)): Path<(String, String)>,
    JsonBody(press): JsonBody<Press>,
) -> Result<(StatusCode, Json<Posted>), Problem> {
    let conversation_id = find::conversation(&site, &id).await?.row.id;
    let found = find::message(&site, &conversation_id, &message).await?;
    let action = found.actions.iter().find(|a| a.id == press.action_id);
    let action = action
        .ok_or_else(|| Problem::no_such("action", &press.action_id))?
        .clone();
    let message_id = pressed_message_id(&found.id);
    if found.kind == MessageKind::Question {
        let answered = site
            .commands
            .answer(&found.session_id, &found.id, &action.sends, &user);
        let seq = answered.await?.seq;
        site.settled(seq).await;
        return Ok((StatusCode::CREATED, Json(Posted { message_id, seq })));
    }
    let message = PostMessage {
        conversation_id,
        message_id,
        text: action.sends,
        action_id: Some(action.id),
        user,
    };
    send(&site, message).await
}

async fn send(site: &Site, message: PostMessage) -> Result<(StatusCode, Json<Posted>), Problem> {
    let message_id = message.message_id;
    let seq = site.commands.post_message(message).await?.seq;
    site.settled(seq).await;
    Ok((StatusCode::CREATED, Json(Posted { message_id, seq })))
}

/// Asks the model again after a reply has failed; `message` is the failed reply.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/messages/{message}/retry", tag = "chat",
    operation_id = "retryReply", params(("id" = String, Path), ("message" = String, Path)),
    responses((status = 200, body = records::Done), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn retry(
    State(site): State<Site>,
    Actor(user): Actor,
    Path((id, message)): Path<(String, String)>,
) -> Answer<records::Done> {
    let id = find::conversation(&site, &id).await?.row.id;
    let asked = asked_by(find::message(&site, &id, &message).await?)?;
    let seq = site.commands.retry_reply(&id, &asked, &user).await?.seq;
    site.settled(seq).await;
    Ok(Json(records::Done { seq }))
}
