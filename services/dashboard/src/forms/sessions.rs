//! Talking to a running agent.
use super::stories::shown;
use crate::{
    body::{Form, Live, MAX_MESSAGE_CHARS, required},
    dashboard::Site,
    guard::Actor,
    problem::Problem,
};
use axum::{
    extract::{Path, State},
    response::Response,
};

#[derive(serde::Deserialize)]
pub struct Steer {
    #[serde(default)]
    text: String,
}

/// `POST /sessions/{id}/steer`
pub async fn steer(
    State(site): State<Site>,
    Actor(user): Actor,
    live: Live,
    Path(id): Path<String>,
    Form(form): Form<Steer>,
) -> Result<Response, Problem> {
    let text = required("text", &form.text, MAX_MESSAGE_CHARS)?;
    let story = story_of(&site, &id).await?;
    let done = site.commands.steer(&id, &text, &user).await?;
    shown(&site, live, &story, done, "Told the agent.").await
}

#[derive(serde::Deserialize)]
pub struct Reply {
    /// The button that was pressed.
    choice: Option<String>,
    #[serde(default)]
    answer: String,
}

/// `POST /sessions/{id}/questions/{question}/answer`
pub async fn answer(
    State(site): State<Site>,
    Actor(user): Actor,
    live: Live,
    Path((id, question)): Path<(String, String)>,
    Form(form): Form<Reply>,
) -> Result<Response, Problem> {
    let said = form.choice.as_deref().unwrap_or(&form.answer);
    let text = required("answer", said, MAX_MESSAGE_CHARS)?;
    let story = story_of(&site, &id).await?;
    let done = site.commands.answer(&id, &question, &text, &user).await?;
    shown(&site, live, &story, done, "Answered. The agent goes on.").await
}

async fn story_of(site: &Site, session: &str) -> Result<String, Problem> {
    let found = site.db().session(session).await?;
    let found = found.ok_or_else(|| Problem::no_such("session", session))?;
    Ok(found.story_id.clone())
}
