//! The answer to a form.
use crate::{body::Live, present::notice};
use axum::response::{Html, IntoResponse, Redirect, Response};

/// Back to a page, or a word for live.js. What has changed reaches an open page by its stream alone: a second way
/// could overtake the first and show what is no longer true.
pub struct Answer {
    back_to: String,
    said: &'static str,
}

impl Answer {
    pub fn to(back_to: impl Into<String>) -> Self {
        Self {
            back_to: back_to.into(),
            said: "",
        }
    }

    /// A short word of success.
    pub fn saying(mut self, said: &'static str) -> Self {
        self.said = said;
        self
    }

    pub fn give(self, live: Live) -> Response {
        if live.0 {
            return Html(notice(self.said, "good")).into_response();
        }
        Redirect::to(&self.back_to).into_response()
    }
}
