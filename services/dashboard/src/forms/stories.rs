//! Cancel, retry, approve, reject.
use super::answer::Answer;
use crate::{
    body::{Form, Live, MAX_REASON_CHARS, optional},
    commands::Done,
    dashboard::Site,
    guard::Actor,
    problem::Problem,
};
use axum::{
    extract::{Path, State},
    response::Response,
};

#[derive(serde::Deserialize)]
pub struct Why {
    reason: Option<String>,
}

impl Why {
    fn text(&self) -> Result<String, Problem> {
        optional(self.reason.as_deref(), MAX_REASON_CHARS).map(Option::unwrap_or_default)
    }
}

/// `POST /stories/{id}/cancel`
pub async fn cancel(
    State(site): State<Site>,
    Actor(user): Actor,
    live: Live,
    Path(id): Path<String>,
    Form(why): Form<Why>,
) -> Result<Response, Problem> {
    let done = site.commands.cancel(&id, &why.text()?, &user).await?;
    shown(
        &site,
        live,
        &id,
        done,
        "Cancelling. The agent is being stopped.",
    )
    .await
}

/// `POST /stories/{id}/retry`
pub async fn retry(
    State(site): State<Site>,
    Actor(user): Actor,
    live: Live,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let done = site.commands.retry(&id, &user).await?;
    shown(&site, live, &id, done, "It is tried again.").await
}

/// `POST /stories/{id}/approve`
pub async fn approve(
    State(site): State<Site>,
    Actor(user): Actor,
    live: Live,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let done = site.commands.approve(&id, &user).await?;
    shown(&site, live, &id, done, "Approved. It is queued.").await
}

/// `POST /stories/{id}/reject`
pub async fn reject(
    State(site): State<Site>,
    Actor(user): Actor,
    live: Live,
    Path(id): Path<String>,
    Form(why): Form<Why>,
) -> Result<Response, Problem> {
    let done = site.commands.reject(&id, &why.text()?, &user).await?;
    shown(&site, live, &id, done, "Rejected. It will not run.").await
}

pub(super) async fn shown(
    site: &Site,
    live: Live,
    story_id: &str,
    done: Done,
    said: &'static str,
) -> Result<Response, Problem> {
    site.settled(done.seq).await;
    Ok(Answer::to(format!("/stories/{story_id}"))
        .saying(said)
        .give(live))
}
