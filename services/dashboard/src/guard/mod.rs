//! What is checked on every request before a handler sees it, and what every answer carries.
mod access;
mod headers;
mod host;
mod origin;

pub use access::{Actor, protected, signed_in};
pub use headers::secure;
pub use host::Hosts;
pub use origin::is_cross_site;

use crate::problem::Problem;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Refuses requests to a foreign host name and state changes asked for by another site's page.
pub async fn check(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    let host = host_of(&request);
    if !host.as_deref().is_some_and(|host| hosts.allow(host)) {
        return unknown_host(host.as_deref()).into_response();
    }
    if changes_state(request.method())
        && is_cross_site(request.headers(), host.as_deref().unwrap_or_default())
    {
        return cross_site(request.headers()).into_response();
    }
    next.run(request).await
}

/// HTTP/1.1 sends the header, HTTP/2 the authority of the address.
fn host_of(request: &Request) -> Option<String> {
    let header = request.headers().get(header::HOST);
    match header {
        Some(host) => host.to_str().ok().map(str::to_owned),
        None => request.uri().authority().map(ToString::to_string),
    }
}

fn changes_state(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn unknown_host(host: Option<&str>) -> Problem {
    let shown: String = host.unwrap_or("none").chars().take(80).collect();
    Problem::new(
        StatusCode::MISDIRECTED_REQUEST,
        "unknown_host",
        format!("This Errand does not answer to the host name {shown:?}."),
        "Open it as http://127.0.0.1 or http://localhost with its port, or set its public URL to the name you use.",
    )
}

fn cross_site(headers: &HeaderMap) -> Problem {
    let origin = headers.get(header::ORIGIN).and_then(|o| o.to_str().ok());
    let shown: String = origin.unwrap_or("another site").chars().take(80).collect();
    Problem::new(
        StatusCode::FORBIDDEN,
        "cross_site",
        format!("A page of {shown} tried to change something here; that is refused."),
        "Do it from Errand's own pages, or call the API from a program instead of a web page.",
    )
}
