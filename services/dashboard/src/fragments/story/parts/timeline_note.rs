//! How much of the timeline is shown.
use super::super::Fragment;
use crate::{
    fragments::timeline::{EVENTS_SHOWN, Timeline},
    problem::Problem,
};
use askama::Template;

#[derive(Template)]
#[template(path = "fragments/timeline_note.html")]
struct TimelineNote<'a> {
    story_id: &'a str,
    total: usize,
    shown: usize,
}

pub fn timeline_note(story_id: &str, timeline: &Timeline) -> Result<Fragment, Problem> {
    let view = TimelineNote {
        story_id,
        total: timeline.total,
        shown: timeline.total.min(EVENTS_SHOWN),
    };
    Fragment::render("timeline-note", &view)
}
