use super::{Answer, find};
use crate::{
    body::{JsonBody, MAX_TITLE_CHARS, optional, required},
    commands::{ConversationChange, NewConversation},
    dashboard::Site,
    guard::Actor,
    present::ErrorBody,
    problem::Problem,
    records,
};
use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use errand_projections::conversations::{Conversation, ConversationFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    project: Option<String>,
    /// Looked for in the title and in every message.
    q: Option<String>,
    /// Those that were put away, instead of the others.
    #[serde(default)]
    archived: bool,
    /// The `next` of the page before.
    before: Option<i64>,
    /// At most 500; 50 when absent.
    #[serde(default)]
    limit: u32,
}

#[derive(Serialize)]
pub struct Page {
    conversations: Vec<Conversation>,
    next: Option<i64>,
}

/// Conversations, the latest active first.
#[utoipa::path(get, path = "/api/v1/conversations", tag = "chat", operation_id = "listConversations", params(Wanted),
    responses((status = 200, body = records::Conversations)))]
pub async fn list(State(site): State<Site>, Query(wanted): Query<Wanted>) -> Answer<Page> {
    let filter = ConversationFilter {
        project: wanted.project,
        search: wanted.q,
        archived: Some(wanted.archived),
        before: wanted.before,
        limit: wanted.limit,
    };
    let conversations = site.db().conversations(&filter).await?;
    let next = super::stories::cursor(conversations.len(), wanted.limit);
    let next = conversations.last().map(|c| c.updated_seq).filter(|_| next);
    Ok(Json(Page {
        conversations,
        next,
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Start {
    /// Made by the client, so that a repeated request starts one conversation.
    id: Option<Uuid>,
    /// The default project when absent.
    project_id: Option<String>,
    title: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct Started {
    pub id: Uuid,
    pub seq: u64,
}

/// Starts a conversation.
#[utoipa::path(post, path = "/api/v1/conversations", tag = "chat", operation_id = "startConversation",
    request_body = Start,
    responses((status = 201, body = Started), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn start(
    State(site): State<Site>,
    Actor(user): Actor,
    JsonBody(start): JsonBody<Start>,
) -> Result<(StatusCode, Json<Started>), Problem> {
    let id = start.id.unwrap_or_else(Uuid::now_v7);
    let new = NewConversation {
        id,
        project_id: optional(start.project_id.as_deref(), MAX_TITLE_CHARS)?,
        title: optional(start.title.as_deref(), MAX_TITLE_CHARS)?,
        user,
    };
    let done = site.commands.start_conversation(new).await?;
    site.settled(done.seq).await;
    Ok((StatusCode::CREATED, Json(Started { id, seq: done.seq })))
}

/// One conversation.
#[utoipa::path(get, path = "/api/v1/conversations/{id}", tag = "chat", operation_id = "getConversation",
    params(("id" = String, Path)),
    responses((status = 200, body = records::Conversation), (status = 404, body = ErrorBody)))]
pub async fn show(State(site): State<Site>, Path(id): Path<String>) -> Answer<Conversation> {
    find::conversation(&site, &id).await.map(Json)
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Change {
    title: Option<String>,
    /// What is spawned from now on belongs to this project.
    project_id: Option<String>,
    /// Puts it away, or takes it out again.
    archived: Option<bool>,
}

impl Change {
    fn each(self) -> Result<Vec<ConversationChange>, Problem> {
        let mut changes = Vec::new();
        if let Some(title) = self.title {
            let title = required("title", &title, MAX_TITLE_CHARS)?;
            changes.push(ConversationChange::Rename(title));
        }
        if let Some(project) = self.project_id {
            let project = required("projectId", &project, MAX_TITLE_CHARS)?;
            changes.push(ConversationChange::Move(project));
        }
        changes.extend(self.archived.map(|archived| match archived {
            true => ConversationChange::Archive,
            false => ConversationChange::Restore,
        }));
        Ok(changes)
    }
}

/// Renames a conversation, attaches it to another project, puts it away or takes it out again.
#[utoipa::path(patch, path = "/api/v1/conversations/{id}", tag = "chat", operation_id = "changeConversation",
    params(("id" = String, Path)), request_body = Change,
    responses((status = 200, body = records::Conversation), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn change(
    State(site): State<Site>,
    Actor(user): Actor,
    Path(id): Path<String>,
    JsonBody(change): JsonBody<Change>,
) -> Answer<Conversation> {
    let id = find::conversation(&site, &id).await?.row.id;
    for change in change.each()? {
        let done = site
            .commands
            .change_conversation(&id, change, &user)
            .await?;
        site.settled(done.seq).await;
    }
    find::conversation(&site, &id).await.map(Json)
}
