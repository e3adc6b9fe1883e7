use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::refusal::failed;
use super::shell::{Shell, respond};
use crate::requests::{Made, made};
use crate::{Fault, Sandbox};

#[derive(Template)]
#[template(path = "index.html")]
struct IndexPage {
    shell: Shell,
    made: Made,
    repositories: usize,
    faults: Vec<Fault>,
    root: String,
}

const MAX_COUNTED_REPOSITORIES: usize = 1_000;

/// What this is, and the way to each vendor.
pub(super) async fn index(State(sandbox): State<Sandbox>) -> Response {
    let made = match made(&sandbox).await {
        Ok(made) => made,
        Err(problem) => return failed(&sandbox, "", &problem),
    };
    let page = IndexPage {
        shell: Shell::new(&sandbox, ""),
        made,
        repositories: sandbox.repositories().list(MAX_COUNTED_REPOSITORIES).len(),
        faults: sandbox.faults().waiting(),
        root: sandbox.links().root().to_owned(),
    };
    respond(StatusCode::OK, &page)
}
