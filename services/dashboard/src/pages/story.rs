//! A story's page.
use super::{Page, page};
use crate::{
    dashboard::Site,
    fragments::{Scope, StoryView, story},
    problem::Problem,
    view::{Shell, Tab, Viewer},
};
use askama::Template;
use axum::extract::{Path, State};

#[derive(Template)]
#[template(path = "story.html")]
struct StoryPage {
    shell: Shell,
    story: StoryView,
}

/// `GET /stories/{id}`; a unique beginning of the id is enough.
pub async fn show(State(site): State<Site>, viewer: Viewer, Path(id): Path<String>) -> Page {
    let view = story(&site, &id)
        .await?
        .ok_or_else(|| Problem::no_such("story", &id))?;
    let tab = if view.ended {
        Tab::History
    } else {
        Tab::Agents
    };
    let shell = Shell::new(&site, viewer, tab, &view.title);
    page(&StoryPage {
        shell: shell
            .of_project(&view.project)
            .live(&Scope::Story(view.id.clone())),
        story: view,
    })
}
