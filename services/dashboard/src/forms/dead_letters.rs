//! Dead letters: deliver again, or forget.
use super::answer::Answer;
use crate::{
    body::{Form, Live},
    dashboard::Site,
    letters,
    problem::Problem,
};
use axum::{
    extract::{Path, State},
    response::Response,
};

const LIST: &str = "/dead-letters";

/// `POST /dead-letters/{id}/redrive`
pub async fn redrive(
    State(site): State<Site>,
    live: Live,
    Path(id): Path<u64>,
) -> Result<Response, Problem> {
    let found = site.dead_letters.redrive(id).await?;
    told(live, id, found, "It is delivered again.")
}

#[derive(serde::Deserialize)]
pub struct Which {
    group: String,
}

/// `POST /dead-letters/redrive`
pub async fn redrive_group(
    State(site): State<Site>,
    live: Live,
    Form(which): Form<Which>,
) -> Result<Response, Problem> {
    letters::redrive_group(&site, &which.group, None).await?;
    Ok(Answer::to(LIST)
        .saying("They are delivered again.")
        .give(live))
}

/// `POST /dead-letters/{id}/discard`
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
    Ok(Answer::to(LIST).saying(said).give(live))
}
