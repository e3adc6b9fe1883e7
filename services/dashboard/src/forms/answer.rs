//! The answer to a form.
use crate::{
    body::Live,
    fragments::{Fragment, Snapshot},
    present::notice,
};
use axum::response::{Html, IntoResponse, Redirect, Response};

/// What live.js gets instead of a redirect; `said` is a short word of success, or nothing.
pub struct Answer {
    pub back_to: String,
    pub said: &'static str,
    pub fragments: Vec<Fragment>,
}

impl Answer {
    pub fn to(back_to: impl Into<String>) -> Self {
        Self {
            back_to: back_to.into(),
            said: "",
            fragments: Vec::new(),
        }
    }

    pub fn saying(mut self, said: &'static str) -> Self {
        self.said = said;
        self
    }

    pub fn showing(mut self, snapshot: Option<Snapshot>) -> Self {
        self.fragments = snapshot.map(|s| s.fragments).unwrap_or_default();
        self
    }

    pub fn give(self, live: Live) -> Response {
        if !live.0 {
            return Redirect::to(&self.back_to).into_response();
        }
        let mut html = notice(self.said, "good");
        for fragment in &self.fragments {
            html.push_str(&fragment.html);
        }
        Html(html).into_response()
    }
}
