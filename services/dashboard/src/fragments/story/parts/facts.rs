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
    /// Of all attempts together; empty where there was one.
    whole_cost: String,
    branch: &'a str,
}

struct Attempt {
    number: i64,
    badge: Badge,
    clock: Clock,
    cost: String,
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
        whole_cost: whole_cost(&record.sessions),
        branch: record
            .present
            .as_ref()
            .map(|s| s.branch.as_str())
            .unwrap_or_default(),
    };
    Fragment::render("facts", &view)
}

/// An attempt that was retried was paid for too.
fn whole_cost(sessions: &[Session]) -> String {
    match sessions.len() {
        0..=1 => String::new(),
        _ => cost(sessions.iter().map(|s| s.usage.cost_micro_usd).sum()),
    }
}

fn attempt(session: &Session) -> Attempt {
    Attempt {
        number: session.attempt,
        badge: session_badge(session.status),
        clock: match (session.started_at, session.ended_at) {
            (Some(from), Some(to)) => Clock::took(from, to),
            _ => Clock::default(),
        },
        cost: cost(session.usage.cost_micro_usd),
        reason: session.reason.clone(),
    }
}
