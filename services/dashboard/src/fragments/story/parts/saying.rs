//! What the agent thinks or says at this moment.
use super::super::Fragment;
use crate::{markdown, problem::Problem};
use askama::Template;

#[derive(Template)]
#[template(path = "fragments/story_saying.html")]
struct Saying<'a> {
    action: &'a str,
    html: String,
}

/// Hidden while the text is empty.
pub fn saying(action: &str, text: &str) -> Result<Fragment, Problem> {
    let html = markdown::to_html(text);
    Fragment::render("saying", &Saying { action, html })
}
