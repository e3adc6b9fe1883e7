//! What an answer of Slack means: only 200 and 429 say anything, and a failure is a 200 with `"ok": false`.

use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde_json::{Map, Value};

use super::error::MessengerError;

/// Used when Slack does not say how long to wait.
pub(crate) const DEFAULT_RATE_LIMIT_PAUSE: Duration = Duration::from_secs(30);
/// Shorter pauses only repeat the refusal.
const MIN_PAUSE: Duration = Duration::from_secs(1);
/// A longer wish is a mistake.
const MAX_PAUSE: Duration = Duration::from_secs(3_600);
/// So much of Slack's explanation is quoted.
const MAX_QUOTED_CHARS: usize = 300;

/// The contents of a good answer, or what was wrong. `channel` is the one the request named.
pub(crate) fn classify(
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
    channel: &str,
) -> Result<Map<String, Value>, MessengerError> {
    if status == 429 {
        return Err(MessengerError::RateLimited {
            retry_after: pause(headers),
        });
    }
    let unknown = |said: &str| {
        Err(MessengerError::Unavailable(format!(
            "HTTP {status}: {said}"
        )))
    };
    if status != 200 {
        return unknown(&quoted(&String::from_utf8_lossy(body)));
    }
    let Ok(Value::Object(answer)) = serde_json::from_slice(body) else {
        return unknown("the answer is no JSON object");
    };
    match (
        answer.get("ok"),
        answer.get("error").and_then(Value::as_str),
    ) {
        (Some(Value::Bool(true)), _) => Ok(answer),
        (_, Some(error)) => Err(of_word(error, &answer, headers, channel)),
        (_, None) => unknown("the answer says neither ok nor what is wrong"),
    }
}

fn of_word(
    error: &str,
    answer: &Map<String, Value>,
    headers: &HeaderMap,
    channel: &str,
) -> MessengerError {
    let said = explained(error, answer);
    match error {
        "rate_limited" | "ratelimited" => MessengerError::RateLimited {
            retry_after: pause(headers),
        },
        // These may have done a part of the work.
        "internal_error" | "fatal_error" | "service_unavailable" | "request_timeout" => {
            MessengerError::Unavailable(said)
        }
        "not_authed"
        | "invalid_auth"
        | "account_inactive"
        | "token_revoked"
        | "token_expired"
        | "missing_scope"
        | "no_permission"
        | "not_allowed_token_type"
        | "access_denied"
        | "ekm_access_denied"
        | "org_login_required"
        | "two_factor_setup_required"
        | "team_access_not_granted" => MessengerError::Unauthorized(said),
        "channel_not_found"
        | "not_in_channel"
        | "is_archived"
        | "is_inactive"
        | "restricted_action"
        | "restricted_action_read_only_channel" => MessengerError::Channel {
            channel: channel.to_owned(),
            reason: said,
        },
        _ => MessengerError::Invalid(said),
    }
}

/// Slack's word, what it needed, and its explanations.
fn explained(error: &str, answer: &Map<String, Value>) -> String {
    let needed = answer
        .get("needed")
        .and_then(Value::as_str)
        .map(|scope| format!("needs {scope}"));
    let metadata = answer
        .get("response_metadata")
        .and_then(|metadata| metadata.get("messages"));
    let messages = metadata.and_then(Value::as_array).into_iter().flatten();
    let messages = messages.filter_map(Value::as_str).map(str::to_owned);
    let parts: Vec<String> = [error.to_owned()]
        .into_iter()
        .chain(needed)
        .chain(messages)
        .collect();
    quoted(&parts.join("; "))
}

fn pause(headers: &HeaderMap) -> Duration {
    let asked = headers
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok());
    asked
        .map_or(DEFAULT_RATE_LIMIT_PAUSE, Duration::from_secs)
        .clamp(MIN_PAUSE, MAX_PAUSE)
}

fn quoted(said: &str) -> String {
    said.trim().chars().take(MAX_QUOTED_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn judged(status: u16, body: &Value) -> Result<Map<String, Value>, MessengerError> {
        classify(
            status,
            &HeaderMap::new(),
            body.to_string().as_bytes(),
            "#errand",
        )
    }

    #[test]
    fn an_answer_that_is_ok_is_returned() {
        assert_eq!(
            judged(200, &json!({"ok": true, "ts": "1.2"})).unwrap()["ts"],
            "1.2"
        );
    }

    #[test]
    fn words_have_types_and_keep_their_explanations() {
        let scope = json!({"ok": false, "error": "missing_scope", "needed": "chat:write", "provided": "users:read"});
        assert_eq!(
            judged(200, &scope),
            Err(MessengerError::Unauthorized(
                "missing_scope; needs chat:write".to_owned()
            ))
        );
        let blocks = json!({"ok": false, "error": "invalid_blocks", "response_metadata": {"messages": ["[ERROR] too long"]}});
        assert_eq!(
            judged(200, &blocks),
            Err(MessengerError::Invalid(
                "invalid_blocks; [ERROR] too long".to_owned()
            ))
        );
        let gone = json!({"ok": false, "error": "is_archived"});
        let reason = "is_archived".to_owned();
        assert_eq!(
            judged(200, &gone),
            Err(MessengerError::Channel {
                channel: "#errand".to_owned(),
                reason
            })
        );
        let partly = json!({"ok": false, "error": "fatal_error"});
        assert!(matches!(
            judged(200, &partly),
            Err(MessengerError::Unavailable(_))
        ));
    }

    #[test]
    fn a_rate_limit_comes_as_status_or_word() {
        let limited = Err(MessengerError::RateLimited {
            retry_after: DEFAULT_RATE_LIMIT_PAUSE,
        });
        assert_eq!(judged(429, &json!({})), limited);
        assert_eq!(
            judged(200, &json!({"ok": false, "error": "ratelimited"})),
            limited
        );
    }

    #[test]
    fn any_other_status_or_shape_is_an_unknown_outcome() {
        for (status, body) in [
            (500, json!({})),
            (302, json!({})),
            (404, json!({})),
            (200, json!([])),
            (200, json!({})),
        ] {
            assert!(matches!(
                judged(status, &body),
                Err(MessengerError::Unavailable(_))
            ));
        }
    }
}
