//! Who is let in: with an access token configured, only those who bring it.
use crate::{dashboard::Site, problem::Problem};
use axum::{
    Router,
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use secrecy::{ExposeSecret as _, SecretString};
use std::convert::Infallible;
use subtle::ConstantTimeEq as _;

/// What tells whether the process lives and is ready; answered to everybody.
const OPEN: [&str; 2] = ["/healthz", "/readyz"];
/// A longer user name is cut.
const MAX_USER_CHARS: usize = 100;
const CHALLENGES: [&str; 2] = [
    "Basic realm=\"Errand\", charset=\"UTF-8\"",
    "Bearer realm=\"Errand\"",
];

/// The user name that came with the token.
#[derive(Debug, Clone)]
struct SignedIn(String);

/// Who acts: whoever has signed in with a name, else the one of the configuration.
pub struct Actor(pub String);

impl FromRequestParts<Site> for Actor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Infallible> {
        let name = signed_in(parts).unwrap_or_else(|| site.config.user.clone());
        Ok(Self(name))
    }
}

/// The name of whoever has signed in with one.
pub fn signed_in(parts: &Parts) -> Option<String> {
    parts.extensions.get::<SignedIn>().map(|by| by.0.clone())
}

/// Lets only those into `routes` who bring the token: `Authorization: Bearer <token>`, or HTTP Basic with the token as
/// password and any user name. `/healthz` and `/readyz` stay open. Without a token everybody is let in.
pub fn protected<S: Clone + Send + Sync + 'static>(
    routes: Router<S>,
    token: Option<SecretString>,
) -> Router<S> {
    match token {
        Some(token) => routes.layer(from_fn_with_state(token, check)),
        None => routes,
    }
}

async fn check(State(token): State<SecretString>, mut request: Request, next: Next) -> Response {
    if OPEN.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    match offered(request.headers()) {
        Some((user, offer)) if is_same(&offer, &token) => {
            if !user.is_empty() {
                request.extensions_mut().insert(SignedIn(user));
            }
            next.run(request).await
        }
        offer => refused(offer.is_some()),
    }
}

/// The user name, empty for a bearer, and the token.
fn offered(headers: &HeaderMap) -> Option<(String, SecretString)> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = text.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some((String::new(), rest.trim().into()));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = BASE64_STANDARD.decode(rest.trim()).ok()?;
    let pair = String::from_utf8(pair).ok()?;
    let (user, password) = pair.split_once(':')?;
    let readable = user.trim().chars().filter(|c| !c.is_control());
    Some((readable.take(MAX_USER_CHARS).collect(), password.into()))
}

/// Takes the same time wherever they differ.
fn is_same(offer: &SecretString, token: &SecretString) -> bool {
    let (offer, token) = (offer.expose_secret(), token.expose_secret());
    offer.as_bytes().ct_eq(token.as_bytes()).into()
}

/// In plain words, for routers that give problems no shape of their own.
fn refused(was_offered: bool) -> Response {
    let message = if was_offered {
        "The access token is wrong."
    } else {
        "This Errand asks for its access token."
    };
    let hint = "Sign in with your name and the token as password, or send Authorization: Bearer <token>. \
        The errand command takes it from ERRAND_ACCESS_TOKEN.";
    let problem = Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", message, hint);
    let mut response = (problem.status, format!("{message} {hint}\n")).into_response();
    for challenge in CHALLENGES {
        let challenge = HeaderValue::from_static(challenge);
        let headers = response.headers_mut();
        headers.append(header::WWW_AUTHENTICATE, challenge);
    }
    response.extensions_mut().insert(problem);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(authorization: &str) -> Option<(String, String)> {
        let value = HeaderValue::from_str(authorization).unwrap();
        let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value)]);
        offered(&headers).map(|(user, token)| (user, token.expose_secret().to_owned()))
    }

    #[test]
    fn a_token_comes_as_bearer_or_as_password() {
        let basic = BASE64_STANDARD.encode("Ada:s3:cret");
        let expected = Some(("Ada".to_owned(), "s3:cret".to_owned()));
        assert_eq!(offer(&format!("Basic {basic}")), expected);
        let bearer = Some((String::new(), "s3cret".to_owned()));
        assert_eq!(offer("bearer  s3cret"), bearer);
    }

    #[test]
    fn anything_else_is_no_offer() {
        for odd in [
            "",
            "s3cret",
            "Digest s3cret",
            "Basic ????",
            "Basic czNjcmV0",
        ] {
            assert_eq!(offer(odd), None, "{odd}");
        }
    }

    #[test]
    fn control_characters_do_not_get_into_a_name() {
        let basic = BASE64_STANDARD.encode("A\nda\u{7}:t");
        assert_eq!(offer(&format!("Basic {basic}")).unwrap().0, "Ada");
    }
}
