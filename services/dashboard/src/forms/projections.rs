//! Read models: fill one again.
use super::answer::Answer;
use crate::{body::Live, dashboard::Site, problem::Problem};
use axum::{
    extract::{Path, State},
    response::Response,
};

/// `POST /health/projections/{name}/rebuild`
pub async fn rebuild(
    State(site): State<Site>,
    live: Live,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    site.commands.rebuild(&name).await?;
    let said = "It is filled again beside the present one.";
    Ok(Answer::to("/health").saying(said).give(live))
}
