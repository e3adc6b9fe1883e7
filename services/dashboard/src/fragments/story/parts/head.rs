//! Title, status and links.
use super::super::{Fragment, StoryRecord};
use crate::{
    problem::Problem,
    view::{PartOf, StoryCard},
};
use askama::Template;
use errand_projections::stories::Story;

#[derive(Template)]
#[template(path = "fragments/story_head.html")]
struct Head<'a> {
    story: &'a Story,
    card: &'a StoryCard,
    part_of: Option<&'a PartOf>,
}

pub fn head(record: &StoryRecord) -> Result<Fragment, Problem> {
    let view = Head {
        story: &record.story,
        card: &record.card,
        part_of: record.part_of.as_ref(),
    };
    Fragment::render("story-head", &view)
}
