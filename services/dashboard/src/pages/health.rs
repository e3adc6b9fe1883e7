//! Health.
use super::{Page, page};
use crate::{
    dashboard::Site,
    fragments::{Fragment, Scope, health},
    view::{Shell, Tab, Viewer},
};
use askama::Template;
use axum::extract::State;

#[derive(Template)]
#[template(path = "health.html")]
struct HealthPage {
    shell: Shell,
    health: Fragment,
}

/// `GET /health`
pub async fn show(State(site): State<Site>, viewer: Viewer) -> Page {
    page(&HealthPage {
        shell: Shell::new(&site, viewer, Tab::Health, "Health").live(&Scope::Health),
        health: health(&site).await?,
    })
}
