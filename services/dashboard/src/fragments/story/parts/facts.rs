//! The story's own record, its attempts and what they cost.
use super::super::{Fragment, StoryRecord};
use crate::{
    problem::Problem,
    view::{Badge, Clock, cost, session_badge},
    when::{self, Moment},
};
use askama::Template;
use errand_projections::{parts::Usage, sessions::Session, stories::Story};

#[derive(Template)]
#[template(path = "fragments/story_facts.html")]
struct Facts<'a> {
    story: &'a Story,
    created: Moment,
    attempts: Vec<Attempt>,
    usage: Usage,
    cost: String,
    branch: &'a str,
}

struct Attempt {
    number: i64,
    badge: Badge,
    clock: Clock,
    reason: String,
}

pub fn facts(record: &StoryRecord) -> Result<Fragment, Problem> {
    let usage = record
        .present
        .as_ref()
        .map(|s| s.usage.0)
        .unwrap_or_default();
    let view = Facts {
        story: &record.story,
        created: when::moment(record.story.created_at),
        attempts: record.sessions.iter().map(attempt).collect(),
        usage,
        cost: cost(usage.cost_micro_usd),
        branch: record
            .present
            .as_ref()
            .map(|s| s.branch.as_str())
            .unwrap_or_default(),
    };
    Fragment::render("facts", &view)
}

fn attempt(session: &Session) -> Attempt {
    Attempt {
        number: session.attempt,
        badge: session_badge(session.status),
        clock: match (session.started_at, session.ended_at) {
            (Some(from), Some(to)) => Clock::took(from, to),
            _ => Clock::default(),
        },
        reason: session.reason.clone(),
    }
}
