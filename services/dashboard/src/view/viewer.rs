//! Who looks at a page, and in which colours.
use super::Theme;
use crate::guard;
use axum::{extract::FromRequestParts, http::request::Parts};
use std::convert::Infallible;

#[derive(Debug, Clone, Default)]
pub struct Viewer {
    pub theme: Theme,
    /// Empty unless somebody has signed in with a name.
    pub name: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Viewer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self {
            theme: Theme::of(&parts.headers),
            name: guard::signed_in(parts).unwrap_or_default(),
        })
    }
}
