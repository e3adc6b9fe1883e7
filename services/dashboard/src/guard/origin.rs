//! Whether a browser sent a request on behalf of another site's page (cross-site request forgery).
use axum::http::{HeaderMap, Uri, header};

const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// Browsers say where a request comes from in `Sec-Fetch-Site`, older ones in `Origin`.
/// A request with neither was not sent by a page.
pub fn is_cross_site(headers: &HeaderMap, host: &str) -> bool {
    if let Some(site) = headers.get(SEC_FETCH_SITE) {
        return !(site == "same-origin" || site == "none");
    }
    match headers.get(header::ORIGIN) {
        Some(origin) => !origin.to_str().is_ok_and(|origin| is_same(origin, host)),
        None => false,
    }
}

fn is_same(origin: &str, host: &str) -> bool {
    let uri = origin.parse::<Uri>().ok();
    let authority = uri.as_ref().and_then(|uri| uri.authority());
    authority.is_some_and(|authority| authority.as_str().eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cross(name: &'static str, value: &'static str) -> bool {
        let headers = HeaderMap::from_iter([(
            header::HeaderName::from_static(name),
            header::HeaderValue::from_static(value),
        )]);
        is_cross_site(&headers, "127.0.0.1:7171")
    }

    #[test]
    fn requests_of_other_sites_are_recognised() {
        assert!(cross("sec-fetch-site", "cross-site"));
        assert!(cross("sec-fetch-site", "same-site"));
        assert!(cross("origin", "https://evil.example"));
        assert!(cross("origin", "http://127.0.0.1:9999"));
        assert!(cross("origin", "null"));
    }

    #[test]
    fn our_own_pages_and_programs_are_not() {
        assert!(!cross("sec-fetch-site", "same-origin"));
        assert!(!cross("sec-fetch-site", "none"));
        assert!(!cross("origin", "http://127.0.0.1:7171"));
        assert!(!cross("user-agent", "curl/8"));
    }
}
