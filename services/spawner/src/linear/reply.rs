//! What an answer of Linear means. The body decides, not the HTTP status: a rate limit arrives as 400, 200 or 429.

use std::time::Duration;

use serde_json::Value;

use super::error::TrackerError;
use super::text::fit;

/// Used when Linear does not say how long to wait.
pub(crate) const DEFAULT_RATE_LIMIT_PAUSE: Duration = Duration::from_secs(60);
/// A vendor's message is quoted in our errors up to this length.
pub(crate) const MAX_QUOTED_CHARS: usize = 300;

/// One HTTP answer, read whole.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    /// How long the headers ask us to wait.
    pub(crate) pause: Option<Duration>,
    pub(crate) body: &'a [u8],
}

/// The four ways in which a request can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    RateLimited,
    Unauthorized,
    Invalid,
    Unavailable,
}

/// The `data` of a GraphQL answer, or why there is none.
pub(crate) fn classify(answer: &Answer<'_>) -> Result<Value, TrackerError> {
    let Ok(Value::Object(mut body)) = serde_json::from_slice::<Value>(answer.body) else {
        let said = String::from_utf8_lossy(answer.body);
        return Err(failed(of_status(answer.status), answer, &said));
    };
    if let Some(errors) = body.get("errors").and_then(Value::as_array)
        && let Some(first) = errors.first()
    {
        // One rate-limited part means that the request was refused as a whole.
        let of_all = errors.iter().map(|error| of_error(error, answer.status));
        let limited = of_all
            .into_iter()
            .any(|failure| failure == Failure::RateLimited);
        let failure = if limited {
            Failure::RateLimited
        } else {
            of_error(first, answer.status)
        };
        return Err(failed(failure, answer, &quoted(first)));
    }
    match body.remove("data") {
        Some(data) if data.is_object() && answer.status < 300 => Ok(data),
        _ => Err(failed(
            of_status(answer.status),
            answer,
            "neither data nor errors",
        )),
    }
}

fn failed(failure: Failure, answer: &Answer<'_>, said: &str) -> TrackerError {
    let said = format!(
        "HTTP {}: {}",
        answer.status,
        fit(said.trim(), MAX_QUOTED_CHARS)
    );
    match failure {
        Failure::RateLimited => TrackerError::RateLimited {
            retry_after: answer.pause.unwrap_or(DEFAULT_RATE_LIMIT_PAUSE),
        },
        Failure::Unauthorized => TrackerError::Unauthorized(said),
        Failure::Invalid => TrackerError::Invalid(said),
        Failure::Unavailable => TrackerError::Unavailable(said),
    }
}

/// What one entry of `errors` says, by its type, then its code, then its words, then the status.
fn of_error(error: &Value, http_status: u16) -> Failure {
    let extension = |name: &str| error.pointer(&format!("/extensions/{name}"));
    let word = |name: &str| {
        let value = extension(name).and_then(Value::as_str).unwrap_or_default();
        value.to_lowercase().replace(['_', '-'], " ")
    };
    let own_status = extension("statusCode").and_then(Value::as_u64);
    let own_status = own_status.and_then(|status| u16::try_from(status).ok());
    if own_status == Some(429) {
        return Failure::RateLimited;
    }
    of_word(&word("type"))
        .or_else(|| of_word(&word("code")))
        .or_else(|| of_message(error))
        .unwrap_or_else(|| of_status(own_status.unwrap_or(http_status)))
}

/// A rate limit has been seen that nothing but its words gave away.
fn of_message(error: &Value) -> Option<Failure> {
    let message = error
        .get("message")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let message = message.to_lowercase();
    let limited = message.contains("rate limit exceeded") || message.contains("too many requests");
    limited.then_some(Failure::RateLimited)
}

/// Linear's `extensions.type`, and the codes that mean the same.
fn of_word(word: &str) -> Option<Failure> {
    match word {
        "ratelimited" | "rate limited" => Some(Failure::RateLimited),
        "authentication error" | "forbidden" | "feature not accessible" | "unauthenticated" => {
            Some(Failure::Unauthorized)
        }
        "invalid input"
        | "input error"
        | "user error"
        | "graphql error"
        | "usage limit exceeded"
        | "graphql validation failed"
        | "graphql parse failed"
        | "bad user input" => Some(Failure::Invalid),
        "network error"
        | "bootstrap error"
        | "internal error"
        | "internal server error"
        | "lock timeout" => Some(Failure::Unavailable),
        // `unknown`, `other` and what Linear may add later say nothing: the status decides.
        _ => None,
    }
}

fn of_status(status: u16) -> Failure {
    match status {
        429 => Failure::RateLimited,
        401 | 403 => Failure::Unauthorized,
        // A proxy's time-out, and a lock, pass.
        408 | 409 | 423 | 425 => Failure::Unavailable,
        400..=499 => Failure::Invalid,
        // A 200 without usable content and a redirect too: nobody knows what happened.
        _ => Failure::Unavailable,
    }
}

/// The vendor's words: those meant for developers, then those meant for people.
fn quoted(error: &Value) -> String {
    let message = error
        .get("message")
        .and_then(Value::as_str)
        .unwrap_or("no message");
    let presentable = error
        .pointer("/extensions/userPresentableMessage")
        .and_then(Value::as_str);
    match presentable {
        Some(presentable) if presentable != message => format!("{message}; {presentable}"),
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn judged(status: u16, body: &Value) -> Result<Value, TrackerError> {
        let body = body.to_string();
        classify(&Answer {
            status,
            pause: None,
            body: body.as_bytes(),
        })
    }

    #[test]
    fn all_three_shapes_of_a_rate_limit_are_told() {
        let with_type = json!({"errors": [{"message": "Rate limit exceeded. Only 2500 requests are allowed per 1 hour",
            "extensions": {"type": "ratelimited", "code": "RATELIMITED", "statusCode": 429, "userError": true}}]});
        let bare = json!({"errors": [{"message": "Rate limit exceeded"}]});
        let code_only =
            json!({"errors": [{"message": "slow down", "extensions": {"code": "RATELIMITED"}}]});
        let limited = Err(TrackerError::RateLimited {
            retry_after: DEFAULT_RATE_LIMIT_PAUSE,
        });
        assert_eq!(judged(400, &with_type), limited);
        assert_eq!(judged(200, &bare), limited);
        assert_eq!(judged(200, &code_only), limited);
        assert_eq!(judged(429, &json!({})), limited);
        let title = json!({"errors": [{"message": "Title \"Rate limit exceeded\" is taken", "extensions": {"type": "invalid input"}}]});
        assert!(matches!(judged(400, &title), Err(TrackerError::Invalid(_))));
    }

    #[test]
    fn the_type_is_believed_before_the_status() {
        let of_type =
            |kind: &str| json!({"errors": [{"message": "m", "extensions": {"type": kind}}]});
        let said = || "HTTP 200: m".to_owned();
        assert_eq!(
            judged(200, &of_type("authentication error")),
            Err(TrackerError::Unauthorized(said()))
        );
        assert_eq!(
            judged(200, &of_type("invalid input")),
            Err(TrackerError::Invalid(said()))
        );
        assert_eq!(
            judged(200, &of_type("internal error")),
            Err(TrackerError::Unavailable(said()))
        );
        assert!(matches!(
            judged(400, &of_type("lock timeout")),
            Err(TrackerError::Unavailable(_))
        ));
    }

    #[test]
    fn an_error_without_a_known_type_is_judged_by_the_status() {
        let other = json!({"errors": [{"message": "m", "extensions": {"type": "other"}}]});
        assert!(matches!(judged(400, &other), Err(TrackerError::Invalid(_))));
        assert!(matches!(
            judged(500, &other),
            Err(TrackerError::Unavailable(_))
        ));
        assert!(matches!(
            judged(200, &other),
            Err(TrackerError::Unavailable(_))
        ));
    }

    #[test]
    fn data_is_returned_and_an_answer_that_is_no_graphql_is_an_unknown_outcome() {
        assert_eq!(judged(200, &json!({"data": {"a": 1}})), Ok(json!({"a": 1})));
        assert!(matches!(
            judged(200, &json!({"data": null})),
            Err(TrackerError::Unavailable(_))
        ));
        let page = Answer {
            status: 502,
            pause: None,
            body: b"<html>Bad gateway</html>",
        };
        assert!(
            matches!(classify(&page), Err(TrackerError::Unavailable(said)) if said.contains("Bad gateway"))
        );
    }

    #[test]
    fn a_long_message_is_quoted_in_part() {
        let long = json!({"errors": [{"message": "x".repeat(10_000), "extensions": {"type": "user error"}}]});
        let Err(TrackerError::Invalid(said)) = judged(400, &long) else {
            panic!("not invalid")
        };
        assert!(said.chars().count() <= MAX_QUOTED_CHARS + "HTTP 400: ".len());
    }
}
