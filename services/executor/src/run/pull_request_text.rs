//! Title and body of the pull request: pure text from the session.
use super::publish::Text;
use crate::{github::harmless, session::Session};
use errand_proto::v1::{PlanStep, PlanStepStatus, Usage};

const MAX_TITLE_CHARS: usize = 120;
const MAX_SUMMARY_CHARS: usize = 4_000;

/// One line: the start of the prompt.
pub fn title(session: &Session) -> String {
    let prompt = &session.facts.0.prompt;
    let line = prompt.split_whitespace().collect::<Vec<_>>().join(" ");
    cut(&line, MAX_TITLE_CHARS)
}

/// The agent's own summary, the checklist, where the request came from, and what it cost. The agent's words can call
/// nobody and close nothing; the request is a person's, so its words may.
pub fn body(text: &Text<'_>) -> String {
    let facts = &text.session.facts.0;
    let mut parts = vec![harmless(&cut(text.agent_words.trim(), MAX_SUMMARY_CHARS))];
    if !text.session.plan.is_empty() {
        let steps: Vec<_> = text.session.plan.iter().map(|step| line(&step.0)).collect();
        parts.push(format!("### Checklist\n{}", steps.join("\n")));
    }
    parts.push(format!("### Request\n{}", quoted(&facts.prompt)));
    parts.push(format!(
        "---\n{} agent · [story {}]({}/stories/{}){}",
        facts.agent_name,
        short(&facts.story_id),
        text.public_url,
        facts.story_id,
        used(text.usage),
    ));
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

/// One line of the checklist.
fn line(step: &PlanStep) -> String {
    let words: Vec<_> = step.content.split_whitespace().collect();
    let done = step.status() == PlanStepStatus::Completed;
    let mark = if done { "x" } else { " " };
    format!("- [{mark}] {}", harmless(&words.join(" ")))
}

/// What the run used, as far as the agent told.
fn used(usage: &Usage) -> String {
    let mut told = String::new();
    if usage.input_tokens + usage.output_tokens > 0 {
        let (read, written) = (usage.input_tokens, usage.output_tokens);
        told = format!(" · {read} tokens read, {written} written");
    }
    if usage.cost_micro_usd > 0 {
        let cents = usage.cost_micro_usd.div_ceil(10_000);
        told += &format!(" · ${}.{:02}", cents / 100, cents % 100);
    }
    told
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

#[cfg(test)]
mod tests {
    use super::*;
    use errand_proto::{Json, v1};

    fn step(content: &str, status: PlanStepStatus) -> Json<PlanStep> {
        Json(PlanStep {
            content: content.to_owned(),
            status: status.into(),
        })
    }

    #[test]
    fn the_body_says_what_was_done_for_whom_and_at_what_cost() {
        let mut session = Session {
            facts: Json(v1::AgentSessionCreated {
                prompt: "Add a form, fixes #7".to_owned(),
                agent_name: "Code Generation".to_owned(),
                story_id: "0123456789".to_owned(),
                ..v1::AgentSessionCreated::default()
            }),
            ..Session::default()
        };
        session.plan = vec![
            step("Write it\n## Not a heading", PlanStepStatus::Completed),
            step("Ask @ada", PlanStepStatus::Pending),
        ];
        let usage = Usage {
            input_tokens: 1_200,
            output_tokens: 34,
            cost_micro_usd: 421_000,
            context_tokens: 0,
        };
        let text = Text {
            session: &session,
            agent_words: "Done. Fixes #1",
            usage: &usage,
            public_url: "http://here",
        };
        let expected = "Done. Fixes #\u{200b}1\n\n\
            ### Checklist\n- [x] Write it ## Not a heading\n- [ ] Ask @\u{200b}ada\n\n\
            ### Request\n> Add a form, fixes #7\n\n\
            ---\nCode Generation agent · [story 01234567](http://here/stories/0123456789) \
            · 1200 tokens read, 34 written · $0.43";
        assert_eq!(body(&text), expected);
    }
}
