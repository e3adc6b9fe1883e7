//! A conversation as a whole: its title, its project, whether it is put away.
use crate::{
    body::{Form, MAX_TITLE_CHARS, required},
    commands::ConversationChange,
    dashboard::Site,
    guard::Actor,
    problem::Problem,
};
use axum::{
    extract::{Path, State},
    response::Redirect,
};

#[derive(serde::Deserialize)]
pub struct Named {
    #[serde(default)]
    title: String,
}

/// `POST /chat/{id}/rename`
pub async fn rename(
    State(site): State<Site>,
    Actor(user): Actor,
    Path(id): Path<String>,
    Form(form): Form<Named>,
) -> Result<Redirect, Problem> {
    let title = required("title", &form.title, MAX_TITLE_CHARS)?;
    change(&site, &id, ConversationChange::Rename(title), &user).await
}

#[derive(serde::Deserialize)]
pub struct Moved {
    #[serde(default)]
    project: String,
}

/// `POST /chat/{id}/move`
pub async fn move_to(
    State(site): State<Site>,
    Actor(user): Actor,
    Path(id): Path<String>,
    Form(form): Form<Moved>,
) -> Result<Redirect, Problem> {
    let project = required("project", &form.project, MAX_TITLE_CHARS)?;
    change(&site, &id, ConversationChange::Move(project), &user).await
}

/// `POST /chat/{id}/archive`
pub async fn archive(
    State(site): State<Site>,
    Actor(user): Actor,
    Path(id): Path<String>,
) -> Result<Redirect, Problem> {
    change(&site, &id, ConversationChange::Archive, &user).await
}

/// `POST /chat/{id}/restore`
pub async fn restore(
    State(site): State<Site>,
    Actor(user): Actor,
    Path(id): Path<String>,
) -> Result<Redirect, Problem> {
    change(&site, &id, ConversationChange::Restore, &user).await
}

/// The title and the project stand outside of what is live, so the page is shown anew.
async fn change(
    site: &Site,
    id: &str,
    change: ConversationChange,
    user: &str,
) -> Result<Redirect, Problem> {
    let done = site.commands.change_conversation(id, change, user).await?;
    site.settled(done.seq).await;
    Ok(Redirect::to(&format!("/chat/{id}")))
}
