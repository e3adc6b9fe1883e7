//! Who pushes: HTTP Basic, as `x-access-token:TOKEN`. Any token that is not empty is good here.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The user name of a request that carries a password; `None` without a credential.
pub(super) fn user_of(headers: &HeaderMap) -> Option<String> {
    let header = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    (!password.is_empty() && !user.is_empty()).then(|| user.to_owned())
}

/// Asks for a credential, as a git host does.
pub(crate) fn unauthorized() -> Response {
    let mut response = (StatusCode::UNAUTHORIZED, "a token is needed to push\n").into_response();
    response.headers_mut().insert(
        header::WWW_AUTHENTICATE,
        HeaderValue::from_static("Basic realm=\"sandbox git\""),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(value: &'static str) -> Option<String> {
        user_of(&HeaderMap::from_iter([(
            header::AUTHORIZATION,
            HeaderValue::from_static(value),
        )]))
    }

    #[test]
    fn only_basic_authentication_with_a_password_names_a_user() {
        assert_eq!(
            user("Basic eC1hY2Nlc3MtdG9rZW46VE9LRU4="),
            Some("x-access-token".to_owned())
        );
        assert_eq!(
            user("Basic eC1hY2Nlc3MtdG9rZW46"),
            None,
            "the password is empty"
        );
        assert_eq!(user("Bearer eC1hY2Nlc3MtdG9rZW46VE9LRU4="), None);
        assert_eq!(user("Basic ???"), None);
    }
}
