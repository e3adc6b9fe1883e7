//! A batch's page.
use super::{Page, page};
use crate::{
    batches,
    dashboard::Site,
    fragments::{Fragment, Scope, batch},
    problem::Problem,
    view::{Shell, Tab, Viewer},
};
use askama::Template;
use axum::extract::{Path, State};
use errand_projections::batches::BatchStatus;

#[derive(Template)]
#[template(path = "batch.html")]
struct BatchPage {
    shell: Shell,
    batch: Fragment,
}

/// `GET /batches/{id}`; a unique beginning of the id is enough.
pub async fn show(State(site): State<Site>, viewer: Viewer, Path(id): Path<String>) -> Page {
    let row = batches::find(&site, &id).await?;
    let tab = match row.status {
        BatchStatus::Open => Tab::Agents,
        BatchStatus::Consolidated => Tab::History,
    };
    let shell = Shell::new(&site, viewer, tab, &row.title).of_project(&row.project_id);
    let shown = batch(&site, &row.id).await?;
    page(&BatchPage {
        shell: shell.live(&Scope::Batch(row.id)),
        batch: shown.ok_or_else(|| Problem::no_such("batch", &id))?,
    })
}
