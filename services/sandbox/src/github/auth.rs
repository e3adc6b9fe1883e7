use axum::http::{HeaderMap, header};

use super::problem::{Answer, Problem};

/// GitHub refuses every request without a User-Agent.
pub(super) fn require_user_agent(headers: &HeaderMap) -> Answer<()> {
    let named = headers
        .get(header::USER_AGENT)
        .is_some_and(|value| !value.is_empty());
    if named {
        Ok(())
    } else {
        Err(Problem::NoUserAgent)
    }
}

/// Any `Bearer` or `token` credential that is not empty is good here.
pub(super) fn require_token(headers: &HeaderMap) -> Answer<()> {
    require_user_agent(headers)?;
    let header = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let token = header
        .split_once(' ')
        .filter(|(scheme, _)| matches!(scheme.to_ascii_lowercase().as_str(), "bearer" | "token"));
    match token {
        Some((_, token)) if !token.trim().is_empty() => Ok(()),
        _ => Err(Problem::NoToken),
    }
}
