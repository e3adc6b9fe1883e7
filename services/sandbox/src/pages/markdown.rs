//! Markdown that agents and people wrote, as HTML that is safe to show.

use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::Builder;
use pulldown_cmark::{Options, Parser, html};

/// A longer text is shown up to here.
const MAX_SHOWN_BYTES: usize = 200_000;

/// What may stand on a page. No images: a text must not make a browser call a stranger's server.
static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .add_tags(["input"])
        .rm_tags(["img", "map", "area"])
        .set_tag_attribute_value("input", "type", "checkbox")
        .set_tag_attribute_value("input", "disabled", "")
        .add_tag_attributes("input", ["checked"])
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"));
    builder
});

/// Sanitised HTML of a markdown text.
pub(super) fn to_html(markdown: &str) -> String {
    let shown = &markdown[..markdown.floor_char_boundary(MAX_SHOWN_BYTES)];
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut raw = String::with_capacity(shown.len() * 3 / 2);
    html::push_html(&mut raw, Parser::new_ext(shown, options));
    clean(&raw)
}

/// HTML without anything that could act.
pub(super) fn clean(html: &str) -> String {
    CLEANER.clean(html).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checklist_is_shown_with_its_boxes() {
        let html = to_html("- [x] form\n- [ ] test");
        assert!(
            html.contains("checked") && html.matches("<input").count() == 2,
            "{html}"
        );
    }

    #[test]
    fn what_could_act_is_taken_out() {
        let html = to_html(
            "a <script>x()</script><img src=http://e.com onerror=x()> [a](javascript:x()) <input type=text autofocus> **b**",
        );
        for wrong in [
            "<script",
            "<img",
            "javascript:",
            "onerror",
            "type=\"text\"",
            "autofocus",
        ] {
            assert!(!html.contains(wrong), "{wrong}: {html}");
        }
        assert!(html.contains("<strong>b</strong>"));
    }
}
