//! The tools the agent used.
use super::{super::Fragment, latest, whole::Whole};
use crate::{problem::Problem, when};
use askama::Template;
use errand_projections::sessions::SessionDetail;

#[derive(Template)]
#[template(path = "fragments/story_tools.html")]
struct Tools {
    calls: Vec<CallView>,
    total: usize,
}

struct CallView {
    seq: i64,
    name: String,
    input: String,
    output: String,
    whole: Option<Whole>,
    ms: String,
    ok: bool,
}

pub fn tools(session: Option<&SessionDetail>) -> Result<Fragment, Problem> {
    let calls = session.map(|s| s.tool_calls.as_slice()).unwrap_or_default();
    let id = session.map(|s| s.id.as_str()).unwrap_or_default();
    let call = |c: &errand_projections::sessions::ToolCall| CallView {
        seq: c.seq,
        name: c.name.clone(),
        input: pretty(&c.input),
        output: c.output.clone(),
        whole: Whole::of(id, &c.whole_output),
        ms: when::millis(c.ms),
        ok: c.ok,
    };
    let view = Tools {
        total: calls.len(),
        calls: latest(calls).iter().map(call).collect(),
    };
    Fragment::render("tools", &view)
}

/// JSON on several lines; any other text as it is.
fn pretty(text: &str) -> String {
    let value = serde_json::from_str::<serde_json::Value>(text);
    let pretty = value.and_then(|v| serde_json::to_string_pretty(&v));
    pretty.unwrap_or_else(|_| text.to_owned())
}
