//! What a person may do with the story now.
use super::super::{Fragment, StoryRecord};
use crate::{
    body::{MAX_MESSAGE_CHARS, MAX_REASON_CHARS},
    markdown,
    problem::Problem,
    view::{can_cancel, needs_approval},
};
use askama::Template;
use errand_projections::{
    parts::Action,
    sessions::SessionStatus,
    stories::{Story, StoryStatus},
};

#[derive(Template)]
#[template(path = "fragments/story_controls.html")]
struct Controls<'a> {
    story: &'a Story,
    session_id: &'a str,
    question_id: &'a str,
    question: String,
    options: &'a [Action],
    can_approve: bool,
    can_cancel: bool,
    can_retry: bool,
    can_steer: bool,
    max_text: usize,
    max_reason: usize,
}

pub fn controls(record: &StoryRecord) -> Result<Fragment, Problem> {
    let story = &record.story;
    let present = record.present.as_ref();
    let status = present.map(|s| s.status);
    // Nothing can be done to the past.
    let is_now = record.seen_at.is_none();
    let waits = is_now && status == Some(SessionStatus::WaitingForInput);
    let question = present.filter(|_| waits);
    let view = Controls {
        story,
        session_id: present.map(|s| s.id.as_str()).unwrap_or_default(),
        question_id: question.map(|s| s.question_id.as_str()).unwrap_or_default(),
        question: question
            .map(|s| markdown::to_html(&s.question))
            .unwrap_or_default(),
        options: question
            .map(|s| s.question_options.as_slice())
            .unwrap_or_default(),
        can_approve: is_now && needs_approval(story),
        can_cancel: is_now && can_cancel(story),
        can_retry: is_now
            && (matches!(story.status, StoryStatus::Failed | StoryStatus::Cancelled)
                || story.retry_at.is_some()),
        can_steer: is_now && status == Some(SessionStatus::Running) && !story.cancel_requested,
        max_text: MAX_MESSAGE_CHARS,
        max_reason: MAX_REASON_CHARS,
    };
    Fragment::render("controls", &view)
}
