//! The list of projects.
use super::{Page, page};
use crate::{
    dashboard::Site,
    problem::Problem,
    view::{Shell, Tab, Viewer},
};
use askama::Template;
use axum::extract::State;
use errand_projections::projects::Project;

#[derive(Template)]
#[template(path = "projects.html")]
struct ProjectsPage {
    shell: Shell,
    projects: Vec<Project>,
}

/// `GET /projects`
pub async fn show(State(site): State<Site>, viewer: Viewer) -> Page {
    page(&ProjectsPage {
        shell: Shell::new(&site, viewer, Tab::Agents, "Projects"),
        projects: site.db().projects().await?,
    })
}

/// The default project is there before anything happened in it.
pub async fn known(site: &Site, project: &str) -> Result<(), Problem> {
    if project == site.config.default_project || site.db().project(project).await?.is_some() {
        return Ok(());
    }
    Err(Problem::no_such("project", project))
}
