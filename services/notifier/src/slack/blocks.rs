//! A message as Slack's blocks: a heading, the body, facts in two columns, links, buttons.
//!
//! Links are text and not buttons: even a button that is a link makes Slack call the app back.

use serde_json::{Value, json};

use super::port::{Button, Message};
use super::text::{escaped, link};

/// The text beside the blocks. Slack takes ten times as much and advises against it.
const MAX_TEXT_CHARS: usize = 4_000;
const MAX_HEADING_CHARS: usize = 150;
const MAX_SECTION_CHARS: usize = 3_000;
const MAX_FIELDS: usize = 10;
const MAX_FIELD_CHARS: usize = 2_000;
/// Longer labels make a field that nobody reads.
const MAX_LABEL_CHARS: usize = 100;
const MAX_BUTTON_CHARS: usize = 75;
/// So that at least one link always fits its section.
const MAX_ADDRESS_CHARS: usize = 2_000;
/// What is said if there is nothing else: Slack refuses a message without text.
const NO_TEXT: &str = "(no text)";

/// The text for notifications and screen readers; never empty.
pub(crate) fn fallback(message: &Message) -> String {
    let candidates = [&message.text, &message.title, &message.body_markdown];
    let text = candidates.into_iter().find(|text| !text.trim().is_empty());
    escaped(text.map_or(NO_TEXT, String::as_str), MAX_TEXT_CHARS)
}

/// The blocks; empty if the message consists of its text alone.
pub(crate) fn blocks(message: &Message) -> Vec<Value> {
    [
        heading(message),
        body(message),
        fields(message),
        links(message),
        buttons(message),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn heading(message: &Message) -> Option<Value> {
    let title = message
        .title
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let text = escaped(&title, MAX_HEADING_CHARS);
    (!text.is_empty()).then(|| json!({ "type": "header", "text": { "type": "plain_text", "text": text, "emoji": true } }))
}

fn body(message: &Message) -> Option<Value> {
    section(escaped(&message.body_markdown, MAX_SECTION_CHARS))
}

fn fields(message: &Message) -> Option<Value> {
    let filled = message
        .fields
        .iter()
        .filter(|(label, value)| !label.trim().is_empty() || !value.trim().is_empty());
    let fields: Vec<Value> = filled
        .take(MAX_FIELDS)
        .map(|(label, value)| field(label, value))
        .collect();
    (!fields.is_empty()).then(|| json!({ "type": "section", "fields": fields }))
}

fn field(label: &str, value: &str) -> Value {
    let label = escaped(label, MAX_LABEL_CHARS);
    let heading = if label.is_empty() {
        label
    } else {
        format!("*{label}*\n")
    };
    let room = MAX_FIELD_CHARS - heading.encode_utf16().count();
    mrkdwn(format!("{heading}{}", escaped(value, room)))
}

/// Whole links only, as many as fit.
fn links(message: &Message) -> Option<Value> {
    let mut line = String::new();
    for (label, address) in &message.links {
        let link = link(label, address, MAX_LABEL_CHARS, MAX_ADDRESS_CHARS);
        let separator = if line.is_empty() { "" } else { "  ·  " };
        if line.encode_utf16().count() + separator.len() + link.encode_utf16().count()
            > MAX_SECTION_CHARS
        {
            break;
        }
        line.push_str(separator);
        line.push_str(&link);
    }
    section(line)
}

fn buttons(message: &Message) -> Option<Value> {
    let button = |button: &Button| {
        json!({
            "type": "button",
            "action_id": button.action,
            "value": button.value,
            "style": if button.is_good { "primary" } else { "danger" },
            "text": { "type": "plain_text", "text": escaped(&button.label, MAX_BUTTON_CHARS) },
        })
    };
    let elements: Vec<Value> = message.buttons.iter().map(button).collect();
    (!elements.is_empty()).then(|| json!({ "type": "actions", "elements": elements }))
}

fn section(text: String) -> Option<Value> {
    (!text.is_empty()).then(|| json!({ "type": "section", "text": mrkdwn(text) }))
}

fn mrkdwn(text: String) -> Value {
    json!({ "type": "mrkdwn", "text": text })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(value: &Value) -> usize {
        value.as_str().unwrap().encode_utf16().count()
    }

    #[test]
    fn an_empty_message_still_has_a_text() {
        assert_eq!(fallback(&Message::default()), NO_TEXT);
        assert!(blocks(&Message::default()).is_empty());
    }

    #[test]
    fn everything_too_long_fits_in_the_end() {
        let long = "& 🎉 word ".repeat(1_000);
        let address =
            |number: usize| format!("https://example.com/{number}?{}", "a=b&".repeat(100));
        let message = Message {
            text: long.clone(),
            title: long.clone(),
            body_markdown: long.clone(),
            fields: vec![(long.clone(), long.clone()); 30],
            links: (0..30)
                .map(|number| (long.clone(), address(number)))
                .collect(),
            ..Message::default()
        };
        assert!(fallback(&message).encode_utf16().count() <= MAX_TEXT_CHARS);
        let blocks = blocks(&message);
        assert_eq!(blocks.len(), 4);
        assert!(units(&blocks[0]["text"]["text"]) <= MAX_HEADING_CHARS);
        assert!(units(&blocks[1]["text"]["text"]) <= MAX_SECTION_CHARS);
        let fields = blocks[2]["fields"].as_array().unwrap();
        assert_eq!(fields.len(), MAX_FIELDS);
        assert!(
            fields
                .iter()
                .all(|field| units(&field["text"]) <= MAX_FIELD_CHARS)
        );
        let links = blocks[3]["text"]["text"].as_str().unwrap();
        assert!(units(&blocks[3]["text"]["text"]) <= MAX_SECTION_CHARS);
        assert!(links.ends_with('>') && links.matches('<').count() == links.matches('>').count());
    }

    #[test]
    fn a_heading_is_one_line() {
        let message = Message {
            title: "Code Generation\ncomplete".to_owned(),
            ..Message::default()
        };
        assert_eq!(
            blocks(&message)[0]["text"]["text"],
            "Code Generation complete"
        );
    }
}
