//! Dead letters: deliver again, or forget.
use super::answer::Answer;
use crate::{body::Live, dashboard::Site, problem::Problem};
use axum::{
    extract::{Path, State},
    response::Response,
};

/// `POST /health/dead-letters/{id}/redrive`
pub async fn redrive(
    State(site): State<Site>,
    live: Live,
    Path(id): Path<u64>,
) -> Result<Response, Problem> {
    let found = site.dead_letters.redrive(id).await?;
    told(live, id, found, "It is delivered again.")
}

/// `POST /health/dead-letters/{id}/discard`
pub async fn discard(
    State(site): State<Site>,
    live: Live,
    Path(id): Path<u64>,
) -> Result<Response, Problem> {
    let found = site.dead_letters.discard(id).await?;
    told(
        live,
        id,
        found,
        "Discarded. The event itself stays in the log.",
    )
}

fn told(live: Live, id: u64, found: bool, said: &'static str) -> Result<Response, Problem> {
    if !found {
        return Err(Problem::no_such("dead letter", &id.to_string()));
    }
    Ok(Answer::to("/health").saying(said).give(live))
}
