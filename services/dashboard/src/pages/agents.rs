//! A project's Agents tab.
use super::{Page, page};
use crate::{
    dashboard::Site,
    fragments::{Fragment, Scope, agents},
    view::{Shell, Tab, Viewer},
};
use askama::Template;
use axum::extract::{Path, State};

#[derive(Template)]
#[template(path = "agents.html")]
struct AgentsPage {
    shell: Shell,
    project: String,
    agents: Fragment,
}

/// `GET /projects/{project}/agents`
pub async fn show(State(site): State<Site>, viewer: Viewer, Path(project): Path<String>) -> Page {
    super::projects::known(&site, &project).await?;
    let shell = Shell::new(&site, viewer, Tab::Agents, format!("Agents of {project}"));
    page(&AgentsPage {
        shell: shell
            .of_project(&project)
            .live(&Scope::Project(project.clone())),
        agents: agents(&site, &project).await?,
        project,
    })
}
