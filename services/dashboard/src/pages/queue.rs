//! The queue.
use super::{Page, page};
use crate::{
    dashboard::Site,
    fragments::{Fragment, Scope, queue},
    view::{Shell, Tab, Viewer},
};
use askama::Template;
use axum::extract::State;

#[derive(Template)]
#[template(path = "queue.html")]
struct QueuePage {
    shell: Shell,
    queue: Fragment,
}

/// `GET /queue`
pub async fn show(State(site): State<Site>, viewer: Viewer) -> Page {
    page(&QueuePage {
        shell: Shell::new(&site, viewer, Tab::Queue, "Queue").live(&Scope::Queue),
        queue: queue(&site).await?,
    })
}
