//! The queue.
use super::{Page, page};
use crate::{
    dashboard::Site,
    fragments::{Fragment, Scope, queue},
    view::{Shell, Tab, Theme},
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
pub async fn show(State(site): State<Site>, theme: Theme) -> Page {
    page(&QueuePage {
        shell: Shell::new(&site, theme, Tab::Queue, "Queue").live(&Scope::Queue),
        queue: queue(&site).await?,
    })
}
