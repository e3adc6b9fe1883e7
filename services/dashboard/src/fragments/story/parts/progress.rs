//! The checklist and how it ended.
use super::super::{Fragment, StoryRecord};
use crate::{
    markdown,
    problem::Problem,
    view::{Link, StoryCard},
};
use askama::Template;
use errand_proto::Outcome;

#[derive(Template)]
#[template(path = "fragments/story_progress.html")]
struct Progress<'a> {
    card: &'a StoryCard,
    summary: String,
    outcome: &'a str,
    advice: &'a str,
    branch: &'a str,
    branch_link: Option<Link>,
    ended: bool,
}

pub fn progress(record: &StoryRecord) -> Result<Fragment, Problem> {
    let story = &record.story;
    let view = Progress {
        card: &record.card,
        summary: markdown::to_html(&story.summary),
        outcome: &story.outcome,
        advice: Outcome::find(&story.outcome).map_or("", Outcome::advice),
        branch: &story.branch,
        branch_link: Link::to(&story.branch_url, &story.branch),
        ended: story.status.is_ended(),
    };
    Fragment::render("progress", &view)
}
