//! A project's History tab.
use super::{Page, page};
use crate::{
    body::{MAX_TITLE_CHARS, optional},
    dashboard::Site,
    fragments::{Fragment, HistoryView, Scope, history},
    problem::Problem,
    view::{Shell, Tab, Viewer},
};
use askama::Template;
use axum::extract::{Path, Query, State};
use errand_projections::stories::StoryStatus;

#[derive(Template)]
#[template(path = "history.html")]
struct HistoryPage {
    shell: Shell,
    project: String,
    search: String,
    status: &'static str,
    statuses: [&'static str; 3],
    history: Fragment,
}

#[derive(serde::Deserialize)]
pub struct Wanted {
    q: Option<String>,
    status: Option<String>,
    before: Option<i64>,
}

/// `GET /projects/{project}/history`
pub async fn show(
    State(site): State<Site>,
    viewer: Viewer,
    Path(project): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Page {
    super::projects::known(&site, &project).await?;
    let view = HistoryView {
        status: status(wanted.status.as_deref())?,
        search: optional(wanted.q.as_deref(), MAX_TITLE_CHARS)?,
        before: wanted.before,
    };
    let shell = Shell::new(&site, viewer, Tab::History, format!("History of {project}"));
    let shell = shell.of_project(&project);
    page(&HistoryPage {
        shell: if view.is_default() {
            shell.live(&Scope::Project(project.clone()))
        } else {
            shell
        },
        history: history(&site, &project, &view).await?,
        search: view.search.unwrap_or_default(),
        status: view.status.map_or("", StoryStatus::as_str),
        statuses: ["completed", "failed", "cancelled"],
        project,
    })
}

fn status(word: Option<&str>) -> Result<Option<StoryStatus>, Problem> {
    match word {
        None | Some("") => Ok(None),
        Some(word) => word
            .parse()
            .map(Some)
            .map_err(|e| Problem::invalid("status", e)),
    }
}
