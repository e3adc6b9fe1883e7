//! A form by which visitors write to the site's owner.

use super::catalogue::{Feature, mentions};
use super::html_edit;
use super::widget::Widget;

pub(super) const FEATURE: Feature = Feature {
    name: "a contact form",
    asked_for: |text| {
        mentions(text, &["contact"]) && mentions(text, &["form", "page", "section", "us"])
    },
    build: |site, _| WIDGET.build(site),
};

static WIDGET: Widget = Widget {
    slug: "contact-form",
    markup: include_str!("assets/contact-form.html"),
    module: include_str!("assets/contact-form.mjs"),
    test: include_str!("assets/contact-form.test.mjs"),
    style: None,
    place: html_edit::main_end,
    left: "The form posts to `/contact`; an endpoint there, which delivers the message, is yours to provide.",
};
