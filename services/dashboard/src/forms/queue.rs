//! Pause the queue or a project of it, and go on.
use super::answer::Answer;
use crate::{
    body::{Form, Live},
    dashboard::Site,
    guard::Actor,
    problem::Problem,
};
use axum::{extract::State, response::Response};

#[derive(serde::Deserialize)]
pub struct Which {
    /// The whole queue when absent or empty.
    project: Option<String>,
}

impl Which {
    fn project(&self) -> Option<&str> {
        let project = self.project.as_deref().map(str::trim);
        project.filter(|project| !project.is_empty())
    }
}

/// `POST /queue/pause`
pub async fn pause(
    State(site): State<Site>,
    Actor(user): Actor,
    live: Live,
    Form(which): Form<Which>,
) -> Result<Response, Problem> {
    site.pause_queue(which.project(), &user).await?;
    Ok(Answer::to("/queue")
        .saying("Paused. What runs goes on; nothing else is started.")
        .give(live))
}

/// `POST /queue/resume`
pub async fn resume(
    State(site): State<Site>,
    Actor(user): Actor,
    live: Live,
    Form(which): Form<Which>,
) -> Result<Response, Problem> {
    site.resume_queue(which.project(), &user).await?;
    Ok(Answer::to("/queue").saying("It goes on.").give(live))
}
