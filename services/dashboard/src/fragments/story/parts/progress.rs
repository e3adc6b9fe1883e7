//! The checklist and how it ended.
use super::super::{Fragment, StoryRecord};
use crate::{markdown, problem::Problem, view::StoryCard};
use askama::Template;

#[derive(Template)]
#[template(path = "fragments/story_progress.html")]
struct Progress<'a> {
    card: &'a StoryCard,
    summary: String,
    outcome: &'a str,
    branch: &'a str,
    ended: bool,
}

pub fn progress(record: &StoryRecord) -> Result<Fragment, Problem> {
    let story = &record.story;
    let view = Progress {
        card: &record.card,
        summary: markdown::to_html(&story.summary),
        outcome: &story.outcome,
        branch: &story.branch,
        ended: story.status.is_ended(),
    };
    Fragment::render("progress", &view)
}
