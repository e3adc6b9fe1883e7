//! `Idempotency-Key`: the same key again is the same request again.
use crate::problem::Problem;
use axum::http::HeaderMap;
use uuid::Uuid;

const HEADER: &str = "idempotency-key";
const MAX_KEY_CHARS: usize = 200;

/// A UUID as it is, any other text as a UUID made of it and of `scope`; `None` without the header.
pub fn key(headers: &HeaderMap, scope: &str) -> Result<Option<Uuid>, Problem> {
    let Some(sent) = headers.get(HEADER) else {
        return Ok(None);
    };
    let text = sent.to_str().unwrap_or_default().trim();
    if text.is_empty() || text.len() > MAX_KEY_CHARS {
        let reason = format!("it must have 1 to {MAX_KEY_CHARS} visible ASCII characters");
        return Err(Problem::invalid("Idempotency-Key", reason));
    }
    let name = format!("errand:{scope}:{text}");
    let made = || Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes());
    Ok(Some(text.parse().unwrap_or_else(|_| made())))
}
