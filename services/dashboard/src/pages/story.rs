//! A story's page, as it is or as it was.
use super::{Page, page};
use crate::{
    dashboard::Site,
    fragments::{Scope, StoryView, Then, story, story_as_of},
    point,
    problem::Problem,
    view::{Shell, Tab, Viewer},
};
use askama::Template;
use axum::extract::{Path, Query, State};

#[derive(Template)]
#[template(path = "story.html")]
struct StoryPage {
    shell: Shell,
    story: StoryView,
    then: Option<Then>,
}

#[derive(serde::Deserialize)]
pub struct Wanted {
    at: Option<String>,
}

/// `GET /stories/{id}`; a unique beginning of the id is enough.
pub async fn show(
    State(site): State<Site>,
    viewer: Viewer,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Page {
    let none = || Problem::no_such("story", &id);
    let (view, then) = match point::optional("at", wanted.at.as_deref())? {
        None => (story(&site, &id).await?.ok_or_else(none)?, None),
        Some(point) => {
            let (view, then) = story_as_of(&site, &id, point).await?.ok_or_else(none)?;
            (view, Some(then))
        }
    };
    let tab = if view.ended {
        Tab::History
    } else {
        Tab::Agents
    };
    let shell = Shell::new(&site, viewer, tab, &view.title).of_project(&view.project);
    page(&StoryPage {
        shell: match then {
            None => shell.live(&Scope::Story(view.id.clone())),
            Some(_) => shell,
        },
        story: view,
        then,
    })
}
