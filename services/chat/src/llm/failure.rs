//! Errors of `genai` with our types: from the HTTP status, the body, or an error that arrives inside the stream.

use std::time::Duration;

use genai::webc::StreamTimeout;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::error::LlmError;

/// Used when the provider does not say how long to wait.
const DEFAULT_RETRY_AFTER: Duration = Duration::from_secs(20);
/// A longer wish is a mistake.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(3_600);
/// So much of a provider's message is quoted.
const MAX_QUOTED_CHARS: usize = 300;

/// How providers and servers say that a request is too long, in small letters; few have a word of their own for it.
const CONTEXT_IS_FULL: &[&str] = &[
    "prompt is too long",
    "context length",
    "context size",
    "context window",
];

/// Gives an error of `genai` its type. `key` never appears in the result.
pub(crate) fn typed(error: &genai::Error, key: &str) -> LlmError {
    let quote = |said: &str| quoted(said, key);
    match error {
        genai::Error::HttpError {
            status,
            body,
            headers,
            ..
        } => of_http(status.as_u16(), body, headers, key),
        genai::Error::WebModelCall { webc_error, .. }
        | genai::Error::WebAdapterCall { webc_error, .. } => of_web_call(webc_error, key),
        genai::Error::ChatResponse { body, .. } => of_event(body, key),
        genai::Error::WebStream { error, .. } => of_stream(error.as_ref(), key),
        genai::Error::StreamParse { serde_error, .. } => LlmError::Unavailable(quote(&format!(
            "a piece of the reply could not be read: {serde_error}"
        ))),
        genai::Error::JsonValueExt(error) => LlmError::Unavailable(quote(&format!(
            "a piece of the reply has an unknown shape: {error}"
        ))),
        other => LlmError::Invalid(quote(&other.to_string())),
    }
}

fn of_web_call(error: &genai::webc::Error, key: &str) -> LlmError {
    match error {
        genai::webc::Error::ResponseFailedStatus {
            status,
            body,
            headers,
        } => of_http(status.as_u16(), body, headers, key),
        other => LlmError::Unavailable(quoted(&other.to_string(), key)),
    }
}

/// What the transport reports: a refused status is boxed in there too.
fn of_stream(error: &(dyn std::error::Error + Send + Sync + 'static), key: &str) -> LlmError {
    if let Some(inner) = error.downcast_ref::<genai::Error>() {
        return typed(inner, key);
    }
    if error.downcast_ref::<StreamTimeout>().is_some() {
        return LlmError::Unavailable("the connection was silent for too long".to_owned());
    }
    match error.downcast_ref::<reqwest::Error>() {
        // The answer had begun, so the connection ended in the middle.
        Some(broken) if broken.is_body() || broken.is_decode() => LlmError::Cut,
        Some(late) if late.is_connect() && late.is_timeout() => {
            LlmError::Unavailable("no connection in time".to_owned())
        }
        _ => LlmError::Unavailable(quoted(&innermost(error), key)),
    }
}

fn of_http(status: u16, body: &str, headers: &HeaderMap, key: &str) -> LlmError {
    let parsed: Value = serde_json::from_str(body).unwrap_or_default();
    let error = parsed.get("error").unwrap_or(&parsed);
    let said = message(error).unwrap_or_else(|| body.to_owned());
    let said = quoted(&format!("HTTP {status}: {said}"), key);
    let pause = retry_after(headers);
    of_word(error, &said, pause).unwrap_or_else(|| of_status(status, said, pause))
}

fn of_status(status: u16, said: String, pause: Duration) -> LlmError {
    match status {
        429 => LlmError::RateLimited { retry_after: pause },
        // Anthropic's own 529, and the gateways' "not now".
        503 | 529 => LlmError::Overloaded { retry_after: pause },
        401..=403 => LlmError::Unauthorized(said),
        408 | 409 | 425 => LlmError::Unavailable(said),
        413 => LlmError::ContextFull(said),
        400..=499 => invalid(said),
        _ => LlmError::Unavailable(said),
    }
}

/// An error that arrives in the stream after an HTTP 200: Anthropic's event, or OpenAI's error object.
fn of_event(body: &Value, key: &str) -> LlmError {
    let error = body.get("error").unwrap_or(body);
    let said = quoted(&message(error).unwrap_or_else(|| error.to_string()), key);
    of_word(error, &said, DEFAULT_RETRY_AFTER).unwrap_or(LlmError::Unavailable(said))
}

/// The providers' words for what happened, which are more exact than a status.
fn of_word(error: &Value, said: &str, pause: Duration) -> Option<LlmError> {
    let word = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
    [word("code"), word("type")]
        .into_iter()
        .find_map(|word| match word {
            "rate_limit_error" | "rate_limit_exceeded" => {
                Some(LlmError::RateLimited { retry_after: pause })
            }
            "overloaded_error" | "server_overloaded" => {
                Some(LlmError::Overloaded { retry_after: pause })
            }
            "authentication_error"
            | "permission_error"
            | "billing_error"
            | "invalid_api_key"
            | "insufficient_quota" => Some(LlmError::Unauthorized(said.to_owned())),
            "invalid_request_error" | "not_found_error" | "model_not_found" => {
                Some(invalid(said.to_owned()))
            }
            "context_length_exceeded" | "exceed_context_size_error" | "request_too_large" => {
                Some(LlmError::ContextFull(said.to_owned()))
            }
            "api_error" | "timeout_error" | "server_error" => {
                Some(LlmError::Unavailable(said.to_owned()))
            }
            _ => None,
        })
}

fn invalid(said: String) -> LlmError {
    let words = said.to_lowercase();
    if CONTEXT_IS_FULL.iter().any(|full| words.contains(full)) {
        LlmError::ContextFull(said)
    } else {
        LlmError::Invalid(said)
    }
}

/// Anthropic and OpenAI put an object under `error`, Ollama a text.
fn message(error: &Value) -> Option<String> {
    let text = error
        .as_str()
        .or_else(|| error.get("message").and_then(Value::as_str));
    text.map(str::to_owned)
}

fn retry_after(headers: &HeaderMap) -> Duration {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok();
    let seconds = number("retry-after-ms")
        .map(|millis| millis / 1_000.0)
        .or_else(|| number("retry-after"));
    let asked = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    asked.unwrap_or(DEFAULT_RETRY_AFTER).min(MAX_RETRY_AFTER)
}

fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// Some providers repeat the key they refuse.
fn quoted(said: &str, key: &str) -> String {
    let said = if key.is_empty() {
        said.to_owned()
    } else {
        said.replace(key, "[key]")
    };
    said.trim().chars().take(MAX_QUOTED_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn http(status: u16, body: &Value, headers: &[(&'static str, &str)]) -> LlmError {
        let headers = headers.iter().map(|(name, value)| {
            (
                reqwest::header::HeaderName::from_static(name),
                value.parse().unwrap(),
            )
        });
        of_http(status, &body.to_string(), &headers.collect(), "sk-secret")
    }

    #[test]
    fn statuses_have_types_and_the_pause_is_read_in_either_unit() {
        let pause = Duration::from_millis(1_500);
        assert_eq!(
            http(429, &json!({}), &[("retry-after-ms", "1500")]),
            LlmError::RateLimited { retry_after: pause }
        );
        let pause = Duration::from_secs(7);
        assert_eq!(
            http(529, &json!({}), &[("retry-after", "7")]),
            LlmError::Overloaded { retry_after: pause }
        );
        assert!(matches!(
            http(401, &json!({}), &[]),
            LlmError::Unauthorized(_)
        ));
        assert!(
            matches!(http(404, &json!({"error": "model 'x' not found"}), &[]), LlmError::Invalid(said) if said == "HTTP 404: model 'x' not found")
        );
        assert!(matches!(
            http(500, &json!({}), &[]),
            LlmError::Unavailable(_)
        ));
    }

    #[test]
    fn the_providers_word_is_believed_before_the_status() {
        let broke = json!({"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}});
        assert!(matches!(http(429, &broke, &[]), LlmError::Unauthorized(_)));
        let busy = json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}});
        assert!(matches!(of_event(&busy, ""), LlmError::Overloaded { .. }));
        assert!(matches!(
            of_event(&json!({"message": "boom", "type": "server_error"}), ""),
            LlmError::Unavailable(_)
        ));
    }

    #[test]
    fn every_provider_is_understood_when_the_conversation_is_too_long_for_it() {
        let anthropic = json!({"error": {"type": "invalid_request_error",
            "message": "prompt is too long: 210000 tokens > 200000 maximum"}});
        let openai = json!({"error": {"type": "invalid_request_error", "code": "context_length_exceeded", "message": "too many"}});
        let vllm =
            json!({"message": "This model's maximum context length is 4096 tokens.", "code": 400});
        let llama =
            json!({"error": {"type": "exceed_context_size_error", "message": "n_prompt_tokens"}});
        for said in [anthropic, openai, vllm, llama] {
            let error = http(400, &said, &[]);
            assert!(matches!(error, LlmError::ContextFull(_)), "{said}: {error}");
        }
        let other = json!({"error": {"type": "invalid_request_error", "message": "messages: at least one message is required"}});
        assert!(matches!(http(400, &other, &[]), LlmError::Invalid(_)));
    }

    #[test]
    fn a_repeated_key_is_not_quoted() {
        let refused = json!({"error": {"message": "Incorrect API key provided: sk-secret", "code": "invalid_api_key"}});
        assert_eq!(
            http(401, &refused, &[]),
            LlmError::Unauthorized("HTTP 401: Incorrect API key provided: [key]".to_owned())
        );
    }

    #[test]
    fn an_absurd_pause_is_bounded() {
        let bounded = LlmError::RateLimited {
            retry_after: MAX_RETRY_AFTER,
        };
        assert_eq!(http(429, &json!({}), &[("retry-after", "1e9")]), bounded);
        let nonsense = LlmError::RateLimited {
            retry_after: DEFAULT_RETRY_AFTER,
        };
        assert_eq!(http(429, &json!({}), &[("retry-after", "-5")]), nonsense);
    }
}
