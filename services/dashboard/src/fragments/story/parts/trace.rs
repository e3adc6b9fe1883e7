//! What the agent thought, turn by turn.
use super::{super::Fragment, latest};
use crate::{
    markdown,
    problem::Problem,
    when::{self, Moment},
};
use askama::Template;
use errand_projections::sessions::SessionDetail;

#[derive(Template)]
#[template(path = "fragments/story_trace.html")]
struct Trace {
    turns: Vec<TurnView>,
    total: usize,
}

struct TurnView {
    turn: i64,
    action: String,
    thinking: String,
    prompt: String,
    at: Moment,
}

pub fn trace(session: Option<&SessionDetail>) -> Result<Fragment, Problem> {
    let turns = session
        .map(|s| s.thinking_trace.as_slice())
        .unwrap_or_default();
    let turn = |t: &errand_projections::sessions::Turn| TurnView {
        turn: t.turn,
        action: t.action.clone(),
        thinking: markdown::to_html(&t.thinking),
        prompt: t.prompt.clone(),
        at: when::moment(t.timestamp),
    };
    let view = Trace {
        total: turns.len(),
        turns: latest(turns).iter().map(turn).collect(),
    };
    Fragment::render("trace", &view)
}
