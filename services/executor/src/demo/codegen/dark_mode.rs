//! A button that switches between light and dark.

use super::catalogue::{Feature, mentions};
use super::html_edit;
use super::widget::Widget;

pub(super) const FEATURE: Feature = Feature {
    name: "a dark mode toggle",
    asked_for: |text| {
        mentions(text, &["dark"]) && mentions(text, &["mode", "theme", "toggle", "switch"])
    },
    build: |site, _| WIDGET.build(site),
};

static WIDGET: Widget = Widget {
    slug: "dark-mode",
    markup: include_str!("assets/dark-mode.html"),
    module: include_str!("assets/dark-mode.mjs"),
    test: include_str!("assets/dark-mode.test.mjs"),
    style: Some(include_str!("assets/dark-mode.css")),
    place: html_edit::header_end,
    left: "The style sheet sets the page's own colours; elements with fixed colours of their own need the same two variables.",
};
