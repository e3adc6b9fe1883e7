//! Whether blocks are within Slack's limits. The sentences are those Slack puts into `response_metadata.messages`.

use serde_json::Value;

use super::refusal::{Answer, Refusal};

const MAX_BLOCKS: usize = 50;
const MAX_SECTION_TEXT_CHARS: usize = 3_000;
const MAX_FIELDS: usize = 10;
const MAX_FIELD_CHARS: usize = 2_000;
const MAX_HEADER_CHARS: usize = 150;
const MAX_ACTIONS: usize = 25;
const MAX_CONTEXT_ELEMENTS: usize = 10;
const MAX_BUTTON_TEXT_CHARS: usize = 75;
const MAX_BLOCK_ID_CHARS: usize = 255;
const BLOCK_TYPES: [&str; 11] = [
    "actions",
    "context",
    "divider",
    "file",
    "header",
    "image",
    "input",
    "markdown",
    "rich_text",
    "section",
    "video",
];

/// Refuses what Slack would refuse.
pub(super) fn check(blocks: &Value) -> Answer<()> {
    let Some(blocks) = blocks.as_array() else {
        return Err(Refusal::new("invalid_blocks_format"));
    };
    if blocks.len() > MAX_BLOCKS {
        return refuse(format!(
            "no more than {MAX_BLOCKS} items allowed [json-pointer:/blocks]"
        ));
    }
    blocks
        .iter()
        .enumerate()
        .try_for_each(|(index, block)| check_block(block, &format!("/blocks/{index}")))
}

fn check_block(block: &Value, at: &str) -> Answer<()> {
    let kind = block["type"].as_str().unwrap_or_default();
    if !BLOCK_TYPES.contains(&kind) {
        return refuse(format!("unsupported type: {kind} [json-pointer:{at}/type]"));
    }
    if let Some(id) = block["block_id"].as_str() {
        at_most(id, MAX_BLOCK_ID_CHARS, &format!("{at}/block_id"))?;
    }
    match kind {
        "section" => check_section(block, at),
        "header" => check_text(&block["text"], MAX_HEADER_CHARS, &format!("{at}/text")),
        "actions" => check_elements(block, MAX_ACTIONS, at),
        "context" => check_elements(block, MAX_CONTEXT_ELEMENTS, at),
        _ => Ok(()),
    }
}

fn check_section(block: &Value, at: &str) -> Answer<()> {
    let fields = block["fields"].as_array();
    if block["text"].is_null() && fields.is_none() {
        return refuse(format!(
            "missing required field: text or fields [json-pointer:{at}]"
        ));
    }
    if !block["text"].is_null() {
        check_text(
            &block["text"],
            MAX_SECTION_TEXT_CHARS,
            &format!("{at}/text"),
        )?;
    }
    let fields = fields.map(Vec::as_slice).unwrap_or_default();
    if fields.len() > MAX_FIELDS {
        return refuse(format!(
            "no more than {MAX_FIELDS} items allowed [json-pointer:{at}/fields]"
        ));
    }
    fields.iter().enumerate().try_for_each(|(index, field)| {
        check_text(field, MAX_FIELD_CHARS, &format!("{at}/fields/{index}"))
    })
}

fn check_elements(block: &Value, most: usize, at: &str) -> Answer<()> {
    let Some(elements) = block["elements"]
        .as_array()
        .filter(|elements| !elements.is_empty())
    else {
        return refuse(format!(
            "missing required field: elements [json-pointer:{at}]"
        ));
    };
    if elements.len() > most {
        return refuse(format!(
            "no more than {most} items allowed [json-pointer:{at}/elements]"
        ));
    }
    let buttons = elements
        .iter()
        .enumerate()
        .filter(|(_, element)| element["type"] == "button");
    buttons.into_iter().try_for_each(|(index, button)| {
        check_text(
            &button["text"],
            MAX_BUTTON_TEXT_CHARS,
            &format!("{at}/elements/{index}/text"),
        )
    })
}

/// A text object: `plain_text` or `mrkdwn`, with a text that is neither empty nor too long.
fn check_text(object: &Value, most: usize, at: &str) -> Answer<()> {
    if !matches!(object["type"].as_str(), Some("plain_text" | "mrkdwn")) {
        return refuse(format!("must be a text object [json-pointer:{at}]"));
    }
    match object["text"].as_str() {
        None | Some("") => refuse(format!(
            "must be more than 0 characters [json-pointer:{at}/text]"
        )),
        Some(text) => at_most(text, most, &format!("{at}/text")),
    }
}

fn at_most(text: &str, most: usize, at: &str) -> Answer<()> {
    if text.chars().count() > most {
        return refuse(format!(
            "must be less than {} characters [json-pointer:{at}]",
            most + 1
        ));
    }
    Ok(())
}

fn refuse(message: String) -> Answer<()> {
    Err(Refusal::because(
        "invalid_blocks",
        format!("[ERROR] {message}"),
    ))
}
