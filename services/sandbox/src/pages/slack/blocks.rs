//! Block Kit as HTML, as far as notifications use it.

use serde_json::Value;

use crate::pages::markdown::{self, clean};
use crate::pages::mrkdwn;

/// The blocks of a message, or its text when it has none.
pub(super) fn to_html(blocks: Option<&Value>, text: &str) -> String {
    match blocks
        .and_then(Value::as_array)
        .filter(|blocks| !blocks.is_empty())
    {
        None => format!("<p>{}</p>", mrkdwn::to_html(text)),
        Some(blocks) => blocks.iter().map(block).collect(),
    }
}

fn block(block: &Value) -> String {
    match block["type"].as_str().unwrap_or_default() {
        "header" => format!("<h3>{}</h3>", text(&block["text"])),
        "divider" => "<hr>".to_owned(),
        "section" => section(block),
        "context" => format!(
            "<p class=\"context\">{}</p>",
            elements(block).map(text).collect::<Vec<_>>().join(" · ")
        ),
        "actions" => format!(
            "<p class=\"actions\">{}</p>",
            elements(block).map(button).collect::<String>()
        ),
        "markdown" => markdown::to_html(block["text"].as_str().unwrap_or_default()),
        "image" => format!(
            "<p class=\"context\">[image: {}]</p>",
            mrkdwn::plain(block["alt_text"].as_str().unwrap_or_default())
        ),
        other => format!("<p class=\"context\">[{} block]</p>", mrkdwn::plain(other)),
    }
}

fn section(block: &Value) -> String {
    let mut html = String::new();
    if block["text"].is_object() {
        html.push_str(&format!("<p>{}</p>", text(&block["text"])));
    }
    let fields = block["fields"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    if !fields.is_empty() {
        let fields: String = fields
            .iter()
            .map(|field| format!("<li>{}</li>", text(field)))
            .collect();
        html.push_str(&format!("<ul class=\"fields\">{fields}</ul>"));
    }
    if block["accessory"]["type"] == "button" {
        html.push_str(&format!(
            "<p class=\"actions\">{}</p>",
            button(&block["accessory"])
        ));
    }
    html
}

fn elements(block: &Value) -> impl Iterator<Item = &Value> {
    block["elements"].as_array().into_iter().flatten()
}

/// A text object; anything else (an image in a context) by its description.
fn text(object: &Value) -> String {
    let words = object["text"]
        .as_str()
        .or(object["alt_text"].as_str())
        .unwrap_or_default();
    if object["type"] == "mrkdwn" {
        mrkdwn::to_html(words)
    } else {
        mrkdwn::plain(words)
    }
}

/// A button with a URL is a link; one without calls the app, and stands below the message.
fn button(element: &Value) -> String {
    let label = text(&element["text"]);
    match element["url"].as_str() {
        Some(url) => clean(&format!(
            "<a href=\"{}\">{label}</a>",
            url.replace('&', "&amp;").replace('"', "&quot;")
        )),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_notification_is_shown_with_its_links() {
        let blocks = json!([
            {"type": "header", "text": {"type": "plain_text", "text": ":tada: Done <b>"}},
            {"type": "section", "text": {"type": "mrkdwn", "text": "*Email capture*"}, "fields": [{"type": "mrkdwn", "text": "P1"}]},
            {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Open"}, "url": "https://example.com/a?b=1&c=2"}]},
        ]);
        let html = to_html(Some(&blocks), "");
        assert!(html.contains("<h3>🎉 Done &lt;b&gt;</h3>"), "{html}");
        assert!(html.contains("<strong>Email capture</strong>"), "{html}");
        assert!(
            html.contains("href=\"https://example.com/a?b=1&amp;c=2\""),
            "{html}"
        );
    }

    #[test]
    fn a_button_cannot_act() {
        let blocks = json!([{"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "x"}, "url": "javascript:x()"}]}]);
        assert!(!to_html(Some(&blocks), "").contains("javascript"));
    }
}
