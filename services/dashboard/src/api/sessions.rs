use super::{Answer, find, stories, story_actions};
use crate::{
    attached::attached,
    body::{JsonBody, MAX_MESSAGE_CHARS, required},
    dashboard::Site,
    guard::Actor,
    past::Past,
    point,
    present::ErrorBody,
    problem::Problem,
    records,
};
use axum::{
    Json,
    extract::{Path, Query, State},
    response::IntoResponse,
};
use errand_projections::sessions::{Session, SessionDetail, SessionFilter, SessionStatus};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    project: Option<String>,
    story: Option<String>,
    /// One or several of queued, running, waiting_for_input, completed, failed, cancelled, separated by commas.
    status: Option<String>,
    /// The `next` of the page before.
    before: Option<i64>,
    /// At most 500; 50 when absent.
    #[serde(default)]
    limit: u32,
}

#[derive(Serialize)]
pub struct Page {
    sessions: Vec<Session>,
    next: Option<i64>,
}

/// Sessions, newest first.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "stories", operation_id = "listSessions", params(Wanted),
    responses((status = 200, body = records::Sessions), (status = 422, body = ErrorBody)))]
pub async fn list(State(site): State<Site>, Query(wanted): Query<Wanted>) -> Answer<Page> {
    let story = match wanted.story {
        Some(id) => Some(find::story(&site, &id).await?.row.id),
        None => None,
    };
    let filter = SessionFilter {
        project: wanted.project,
        story,
        statuses: stories::words::<SessionStatus>("status", wanted.status.as_deref())?,
        before: wanted.before,
        limit: wanted.limit,
    };
    let sessions = site.db().sessions(&filter).await?;
    let more = stories::cursor(sessions.len(), wanted.limit);
    let next = sessions.last().map(|s| s.created_seq).filter(|_| more);
    Ok(Json(Page { sessions, next }))
}

/// One session with its thinking trace, tool calls, questions and changes, as it is or as it was.
#[utoipa::path(get, path = "/api/v1/sessions/{id}", tag = "stories", operation_id = "getSession",
    params(("id" = String, Path), stories::When),
    responses((status = 200, body = records::SessionDetail), (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub async fn show(
    State(site): State<Site>,
    Path(id): Path<String>,
    Query(when): Query<stories::When>,
) -> Answer<SessionDetail> {
    let session = find::session(&site, &id).await?;
    match point::optional("at", when.at.as_deref())? {
        None => Ok(Json(session)),
        Some(point) => {
            let past = Past::of(&site, &session.story_id, point).await?;
            past.session(&session.id).await.map(Json)
        }
    }
}

/// The whole of a tool's output or a diff that was too long for its event.
#[utoipa::path(get, path = "/api/v1/sessions/{id}/attachments/{sha256}", tag = "stories",
    operation_id = "getAttachment", params(("id" = String, Path), ("sha256" = String, Path)),
    responses((status = 200, body = String, content_type = "text/plain"), (status = 404, body = ErrorBody)))]
pub async fn attachment(
    State(site): State<Site>,
    Path((id, sha256)): Path<(String, String)>,
) -> Result<impl IntoResponse, Problem> {
    attached(&site, &id, sha256).await
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reply {
    /// 1 to 16,000 characters.
    answer: String,
    /// The open question when absent.
    question_id: Option<String>,
}

/// Answers the question that an agent waits with; the id may be its story's.
#[utoipa::path(post, path = "/api/v1/sessions/{id}/answer", tag = "stories", operation_id = "answerSession",
    params(("id" = String, Path)), request_body = Reply,
    responses((status = 200, body = records::Done), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn answer(
    State(site): State<Site>,
    Actor(user): Actor,
    Path(id): Path<String>,
    JsonBody(reply): JsonBody<Reply>,
) -> Answer<records::Done> {
    let text = required("answer", &reply.answer, MAX_MESSAGE_CHARS)?;
    let session = find::session_or_its_story(&site, &id).await?;
    let question = reply
        .question_id
        .unwrap_or_else(|| session.question_id.clone());
    if question.is_empty() {
        return Err(no_question());
    }
    let done = site
        .commands
        .answer(&session.id, &question, &text, &user)
        .await;
    story_actions::answer(&site, done).await
}

fn no_question() -> Problem {
    Problem::new(
        axum::http::StatusCode::CONFLICT,
        "refused",
        "The agent of this session waits for no answer.",
        "To tell it something while it works, use steer.",
    )
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Steer {
    /// 1 to 16,000 characters.
    text: String,
}

/// Gives a running agent a further instruction; the id may be its story's.
#[utoipa::path(post, path = "/api/v1/sessions/{id}/steer", tag = "stories", operation_id = "steerSession",
    params(("id" = String, Path)), request_body = Steer,
    responses((status = 200, body = records::Done), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn steer(
    State(site): State<Site>,
    Actor(user): Actor,
    Path(id): Path<String>,
    JsonBody(steer): JsonBody<Steer>,
) -> Answer<records::Done> {
    let text = required("text", &steer.text, MAX_MESSAGE_CHARS)?;
    let id = find::session_or_its_story(&site, &id).await?.session.row.id;
    let done = site.commands.steer(&id, &text, &user).await;
    story_actions::answer(&site, done).await
}
