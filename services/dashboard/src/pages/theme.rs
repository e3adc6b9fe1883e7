//! The choice of light or dark, kept in a cookie so that it also works without a script.
use crate::{
    body::Form,
    view::{THEME_COOKIE, Theme},
};
use axum::{
    http::{HeaderMap, Uri, header},
    response::{AppendHeaders, IntoResponse, Redirect},
};

const KEPT_SECONDS: u32 = 365 * 24 * 60 * 60;

#[derive(serde::Deserialize)]
pub struct Choice {
    theme: Theme,
}

/// `POST /theme`: back to the page it came from.
pub async fn choose(headers: HeaderMap, Form(choice): Form<Choice>) -> impl IntoResponse {
    let theme = choice.theme.as_str();
    let cookie =
        format!("{THEME_COOKIE}={theme}; Path=/; Max-Age={KEPT_SECONDS}; SameSite=Lax; HttpOnly");
    let back = Redirect::to(&came_from(&headers));
    (AppendHeaders([(header::SET_COOKIE, cookie)]), back)
}

/// Only the path of the referring page, so it cannot lead to another site.
fn came_from(headers: &HeaderMap) -> String {
    let referer = headers.get(header::REFERER).and_then(|r| r.to_str().ok());
    let uri = referer.and_then(|r| r.parse::<Uri>().ok());
    let path = uri
        .as_ref()
        .and_then(Uri::path_and_query)
        .map(|p| p.as_str());
    match path {
        Some(path) if path.starts_with('/') && !path.starts_with("//") => path.to_owned(),
        _ => "/".to_owned(),
    }
}
