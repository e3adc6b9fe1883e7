//! Title and body of the pull request: pure text from the session.
use crate::session::Session;
use errand_proto::v1::PlanStepStatus;

const MAX_TITLE_CHARS: usize = 120;
const MAX_SUMMARY_CHARS: usize = 4_000;

/// One line: the start of the prompt.
pub fn title(session: &Session) -> String {
    let prompt = &session.facts.0.prompt;
    let line = prompt.split_whitespace().collect::<Vec<_>>().join(" ");
    cut(&line, MAX_TITLE_CHARS)
}

/// The agent's own summary, the checklist, and where the request came from.
pub fn body(session: &Session, agent_words: &str, public_url: &str) -> String {
    let facts = &session.facts.0;
    let mut parts = vec![cut(agent_words.trim(), MAX_SUMMARY_CHARS)];
    if !session.plan.is_empty() {
        let step = |step: &errand_proto::Json<errand_proto::v1::PlanStep>| {
            let done = step.0.status() == PlanStepStatus::Completed;
            format!("- [{}] {}", if done { "x" } else { " " }, step.0.content)
        };
        let steps: Vec<_> = session.plan.iter().map(step).collect();
        parts.push(format!("### Checklist\n{}", steps.join("\n")));
    }
    parts.push(format!("### Request\n{}", quoted(&facts.prompt)));
    parts.push(format!(
        "---\n{} agent · [story {}]({public_url}/stories/{})",
        facts.agent_name,
        short(&facts.story_id),
        facts.story_id
    ));
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

/// The first characters of an id, enough for a person to tell it from others.
pub fn short(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}

fn quoted(text: &str) -> String {
    let lines: Vec<_> = cut(text, MAX_SUMMARY_CHARS)
        .lines()
        .map(|l| format!("> {l}"))
        .collect();
    lines.join("\n")
}

pub(super) fn cut(text: &str, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
