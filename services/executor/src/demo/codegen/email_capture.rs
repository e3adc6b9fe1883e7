//! A form that takes an e-mail address.

use super::catalogue::{Feature, mentions};
use super::html_edit;
use super::widget::Widget;

pub(super) const FEATURE: Feature = Feature {
    name: "an email capture form",
    asked_for: |text| {
        mentions(
            text,
            &[
                "newsletter",
                "waitlist",
                "wait list",
                "subscri",
                "mailing list",
            ],
        ) || (mentions(text, &["email", "e-mail"])
            && mentions(text, &["captur", "collect", "sign", "form", "hero"]))
    },
    build: |site, _| WIDGET.build(site),
};

pub(super) static WIDGET: Widget = Widget {
    slug: "email-capture",
    markup: include_str!("assets/email-capture.html"),
    module: include_str!("assets/email-capture.mjs"),
    test: include_str!("assets/email-capture.test.mjs"),
    style: None,
    place: |page| html_edit::hero_end(page).or_else(|| html_edit::main_start(page)),
    left: "The form posts to `/subscribe`; an endpoint there, which stores the address, is yours to provide.",
};
