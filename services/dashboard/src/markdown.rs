//! Markdown to HTML that is safe to show, whoever wrote it.
mod autolink;

use ammonia::Builder;
use pulldown_cmark::{Options, Parser, TextMergeStream, html};
use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

/// A longer text is shown cut, with a note; rendering stays bounded.
pub const MAX_MARKDOWN_BYTES: usize = 200_000;

/// Images are left out: a message must not make a reader's browser call a stranger's server.
const TAGS: [&str; 30] = [
    "p",
    "br",
    "hr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "strong",
    "em",
    "del",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "a",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "input",
    "span",
    "sup",
    "sub",
    "div",
];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .tags(HashSet::from(TAGS))
        .generic_attributes(HashSet::new())
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href", "title"])),
            ("ol", HashSet::from(["start"])),
            ("input", HashSet::from(["type", "checked", "disabled"])),
        ]))
        .tag_attribute_values(HashMap::from([(
            "input",
            HashMap::from([("type", HashSet::from(["checkbox"]))]),
        )]))
        .set_tag_attribute_value("input", "type", "checkbox")
        .set_tag_attribute_value("input", "disabled", "")
        .allowed_classes(HashMap::from([("code", HashSet::from(["language-diff"]))]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"));
    builder
});

/// Sanitised HTML of a message written by a person, a model or an agent.
pub fn to_html(markdown: &str) -> String {
    let end = markdown.floor_char_boundary(MAX_MARKDOWN_BYTES);
    let mut raw = String::with_capacity(end + end / 2);
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let parsed = TextMergeStream::new(Parser::new_ext(&markdown[..end], options));
    html::push_html(&mut raw, autolink::linked(parsed));
    let mut clean = CLEANER.clean(&raw).to_string();
    if end < markdown.len() {
        clean.push_str(&format!(
            "<p>… cut here: only the first {MAX_MARKDOWN_BYTES} bytes are shown.</p>"
        ));
    }
    // A block that scrolls must be reachable by keyboard.
    crate::diff::colour_code_blocks(clean).replace("<pre>", "<pre tabindex=\"0\">")
}
