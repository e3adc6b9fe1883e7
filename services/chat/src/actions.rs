//! Buttons from the assistant's own question. Pure.
//!
//! Only a closing question that offers an action becomes buttons: "Should I spawn a security agent to analyze
//! this?" gives "✅ Spawn a security agent", which says "Yes, spawn a security agent to analyze this", and
//! "❌ Not now".
use errand_proto::v1;
use uuid::Uuid;

/// How an offer begins, in lower case with plain quotes. What follows is the action.
const OFFERS: &[&str] = &[
    "should i ",
    "shall i ",
    "do you want me to ",
    "would you like me to ",
    "want me to ",
    "may i ",
    "can i ",
];
/// Words after which a label is complete: the rest explains why.
const PURPOSES: &[&str] = &[" to ", " so ", " for ", " before ", " and then ", " that "];
const MAX_LABEL_CHARS: usize = 60;
const NOT_NOW: &str = "Not now";

/// The buttons under a reply; `message_id` makes their ids unique.
pub fn offered_by(markdown: &str, message_id: &str) -> Vec<v1::Action> {
    let Some(action) = closing_question(markdown).and_then(|q| offer(&q)) else {
        return Vec::new();
    };
    let label = label(&action);
    vec![
        button(
            message_id,
            "yes",
            format!("✅ {label}"),
            format!("Yes, {action}"),
        ),
        button(
            message_id,
            "no",
            format!("❌ {NOT_NOW}"),
            NOT_NOW.to_owned(),
        ),
    ]
}

fn button(message_id: &str, name: &str, label: String, sends: String) -> v1::Action {
    let seed = format!("{message_id}:{name}");
    v1::Action {
        id: Uuid::new_v5(&Uuid::NAMESPACE_OID, seed.as_bytes()).to_string(),
        label,
        sends,
    }
}

/// The last sentence of the reply, if it is a question outside of code.
fn closing_question(markdown: &str) -> Option<String> {
    let prose = without_code(markdown).replace(['’', '‘'], "'");
    let end = prose.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '?');
    let question = end.strip_suffix('?')?;
    let start = question
        .rfind(['.', '!', '?', '\n', ':'])
        .map_or(0, |at| at + 1);
    Some(
        question
            .get(start..)?
            .trim_matches(|c: char| !c.is_alphanumeric())
            .to_owned(),
    )
}

fn without_code(markdown: &str) -> String {
    let mut prose = String::new();
    let mut fenced = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            prose.push_str(line);
            prose.push('\n');
        }
    }
    prose
}

/// What the question offers to do, or nothing when it asks something else or offers not to.
fn offer(question: &str) -> Option<String> {
    let lower = question.to_lowercase();
    if lower.len() != question.len() {
        return None;
    }
    let start = OFFERS
        .iter()
        .filter_map(|o| lower.find(o).map(|at| at + o.len()))
        .min()?;
    let action = question.get(start..)?.trim();
    let negated = action.to_lowercase().starts_with("not ");
    (!action.is_empty() && !negated).then(|| action.to_owned())
}

/// "spawn a security agent to analyze this" → "Spawn a security agent".
fn label(action: &str) -> String {
    let end = PURPOSES
        .iter()
        .filter_map(|p| action.find(p))
        .filter(|at| *at > 0)
        .min()
        .unwrap_or(action.len());
    let short: String = action[..end].chars().take(MAX_LABEL_CHARS).collect();
    let mut chars = short.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(markdown: &str) -> Vec<(String, String)> {
        let actions = offered_by(markdown, "m1");
        actions.into_iter().map(|a| (a.label, a.sends)).collect()
    }

    #[test]
    fn an_offer_becomes_two_buttons() {
        let expected = vec![
            (
                "✅ Spawn a security agent".to_owned(),
                "Yes, spawn a security agent to analyze this".to_owned(),
            ),
            ("❌ Not now".to_owned(), "Not now".to_owned()),
        ];
        for text in [
            "Should I spawn a security agent to analyze this?",
            "That is worth a look. Should I spawn a security agent to analyze this?",
            "Notes:\n- one\n- two\n\n**Should I spawn a security agent to analyze this?** 🙂",
            "If you like: shall I spawn a security agent to analyze this?",
            "Would you like me to spawn a security agent to analyze this?",
        ] {
            assert_eq!(pressed(text), expected, "{text}");
        }
    }

    #[test]
    fn other_endings_have_no_buttons() {
        for text in [
            "",
            "Done.",
            "What is the name of the page?",
            "Should I spawn a security agent to analyze this? I will wait.",
            "```\nShould I spawn a security agent?\n```",
            "Should I not spawn an agent?",
        ] {
            assert_eq!(pressed(text), vec![], "{text}");
        }
    }
}
