//! What an answer other than success means.

use std::time::SystemTime;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::CodeHostError;
use super::rate_limit::wait_of;
use super::wire::ProblemBody;

/// How much of the server's own words an error repeats.
const MAX_MESSAGE_CHARS: usize = 400;

/// What pull requests need, for servers that do not name the permission.
const USUAL_PERMISSIONS: &str = "pull requests: write, and contents: write";

/// The headers by which GitHub names the permissions an endpoint takes: of fine-grained tokens, of classic ones.
const PERMISSION_HEADERS: &[&str] = &["x-accepted-github-permissions", "x-accepted-oauth-scopes"];

/// The error for an answer with `status`, `headers` and `body` to a request about `what`.
pub(super) fn refusal_of(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    what: &str,
) -> CodeHostError {
    let problem: ProblemBody = serde_json::from_slice(body).unwrap_or_default();
    if let Some(retry_after) = wait_of(status, headers, says_limit(&problem), SystemTime::now()) {
        return CodeHostError::RateLimited { retry_after };
    }
    let message = message_of(&problem, status);
    match status {
        StatusCode::UNAUTHORIZED => CodeHostError::Unauthorized,
        StatusCode::FORBIDDEN => CodeHostError::Forbidden {
            needed: needed(headers),
            message,
        },
        StatusCode::NOT_FOUND | StatusCode::GONE => CodeHostError::NotFound {
            what: what.to_owned(),
        },
        StatusCode::REQUEST_TIMEOUT => CodeHostError::Unavailable { detail: message },
        status if status.is_client_error() => CodeHostError::Invalid { message },
        _ => CodeHostError::Unavailable { detail: message },
    }
}

/// A secondary limit may come as a bare 403; only its text and its documentation tell.
fn says_limit(problem: &ProblemBody) -> bool {
    let message = problem.message.to_lowercase();
    message.contains("rate limit")
        || message.contains("abuse")
        || problem.documentation_url.contains("rate-limit")
}

fn needed(headers: &HeaderMap) -> String {
    let named = PERMISSION_HEADERS
        .iter()
        .filter_map(|name| headers.get(*name)?.to_str().ok());
    let named = named.map(str::trim).find(|value| !value.is_empty());
    named
        .unwrap_or(USUAL_PERMISSIONS)
        .chars()
        .take(MAX_MESSAGE_CHARS)
        .collect()
}

/// The message and the messages of its parts, cut to a readable length.
fn message_of(problem: &ProblemBody, status: StatusCode) -> String {
    let parts = problem.errors.iter().filter_map(part);
    let whole = std::iter::once(problem.message.clone())
        .chain(parts)
        .filter(|text| !text.is_empty());
    let text = whole.collect::<Vec<_>>().join("; ");
    let readable: String = text
        .chars()
        .filter(|letter| !letter.is_control())
        .take(MAX_MESSAGE_CHARS)
        .collect();
    if readable.is_empty() {
        format!("HTTP status {status}")
    } else {
        readable
    }
}

/// One entry of `errors`: a text, or an object with a message, or a field and a code.
fn part(entry: &Value) -> Option<String> {
    if let Some(text) = entry.as_str() {
        return Some(text.to_owned());
    }
    if let Some(message) = entry["message"].as_str() {
        return Some(message.to_owned());
    }
    Some(format!(
        "{} is {}",
        entry["field"].as_str()?,
        entry["code"].as_str()?
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, headers: HeaderMap, body: &str) -> CodeHostError {
        refusal_of(
            StatusCode::from_u16(status).unwrap(),
            &headers,
            body.as_bytes(),
            "o/r",
        )
    }

    #[test]
    fn a_missing_permission_is_named() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "x-accepted-github-permissions",
            "pull_requests=write".parse().unwrap(),
        );
        let error = refusal(
            403,
            headers,
            r#"{"message":"Resource not accessible by personal access token"}"#,
        );
        assert_eq!(
            error.to_string(),
            "the token may not do this (Resource not accessible by personal access token): \
             give it the permission pull_requests=write"
        );
    }

    #[test]
    fn a_secondary_limit_is_no_missing_permission() {
        let body = r#"{"message":"You have exceeded a secondary rate limit.","documentation_url":"https://docs"}"#;
        assert!(matches!(
            refusal(403, HeaderMap::new(), body),
            CodeHostError::RateLimited { .. }
        ));
    }

    #[test]
    fn every_part_of_an_invalid_request_is_told() {
        let body = r#"{"message":"Validation Failed","errors":[
            {"resource":"PullRequest","code":"custom","message":"No commits between main and errand/1"},
            {"resource":"PullRequest","field":"base","code":"invalid"}, "and more", 7]}"#;
        let CodeHostError::Invalid { message } = refusal(422, HeaderMap::new(), body) else {
            panic!("invalid")
        };
        assert_eq!(
            message,
            "Validation Failed; No commits between main and errand/1; base is invalid; and more"
        );
    }

    #[test]
    fn an_answer_that_is_no_json_is_told_by_its_status() {
        let error = refusal(502, HeaderMap::new(), "<html>Bad Gateway</html>");
        assert_eq!(
            error,
            CodeHostError::Unavailable {
                detail: "HTTP status 502 Bad Gateway".to_owned()
            }
        );
    }
}
