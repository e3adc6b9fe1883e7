//! A call's parameters, from JSON, a form or the query string.

use axum::body::Body;
use axum::http::header;
use axum::http::request::Parts;
use serde_json::{Map, Value};

use super::refusal::{Answer, Refusal};
use crate::body;

const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Parameters by name. Forms carry JSON values as text; readers ask for the type they want.
pub(super) struct Parameters {
    values: Map<String, Value>,
}

impl Parameters {
    /// A text that is not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.values
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        match self.values.get(name) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => matches!(text.as_str(), "true" | "1"),
            Some(Value::Number(number)) => number.as_u64() == Some(1),
            _ => false,
        }
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        let value = self.values.get(name)?;
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    }

    /// An array or object, which a form carries as JSON text; an error names the code Slack gives for a broken one.
    pub(super) fn structure(&self, name: &str, broken: &'static str) -> Answer<Option<Value>> {
        match self.values.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text)
                .map(Some)
                .map_err(|_| Refusal::new(broken)),
            Some(value) => Ok(Some(value.clone())),
        }
    }
}

/// Reads the query string and the body; the body wins.
pub(super) async fn read(parts: &Parts, request: Body) -> Answer<Parameters> {
    let bytes = body::collect(request, MAX_BODY_BYTES)
        .await
        .map_err(|problem| Refusal::because("request_too_large", problem.to_string()))?;
    let mut values = pairs(parts.uri.query().unwrap_or_default().as_bytes());
    let kind = parts
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if kind.starts_with("application/json") {
        let parsed: Value =
            serde_json::from_slice(&bytes).map_err(|_| Refusal::new("invalid_json"))?;
        let Value::Object(object) = parsed else {
            return Err(Refusal::new("json_not_object"));
        };
        values.extend(object);
    } else if kind.starts_with("application/x-www-form-urlencoded") {
        values.extend(pairs(&bytes));
    } else if !bytes.is_empty() {
        return Err(Refusal::new("invalid_post_type"));
    }
    Ok(Parameters { values })
}

fn pairs(encoded: &[u8]) -> Map<String, Value> {
    form_urlencoded::parse(encoded)
        .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
        .collect()
}
