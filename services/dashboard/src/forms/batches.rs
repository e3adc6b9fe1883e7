//! Cancel all.
use super::answer::Answer;
use crate::{batches, body::Live, dashboard::Site, guard::Actor, problem::Problem};
use axum::{
    extract::{Path, State},
    response::Response,
};

/// `POST /batches/{id}/cancel`
pub async fn cancel(
    State(site): State<Site>,
    Actor(user): Actor,
    live: Live,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let conversation = batches::find(&site, &id).await?.conversation_id;
    batches::cancel(&site, &id, "", &user).await?;
    Ok(Answer::to(format!("/chat/{conversation}"))
        .saying("Cancelling. The agents are being stopped.")
        .give(live))
}
