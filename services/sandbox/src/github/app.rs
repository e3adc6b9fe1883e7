//! GitHub Apps: who the App is, where it is installed, and the tokens it buys.
//!
//! There is no register of Apps here, so any id is known and a signature is not checked; that a proof is of the right
//! form and meant for this moment is.

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::create::parse;
use super::problem::{Answer, Problem};
use super::shape;
use crate::repositories::Repository;
use crate::{Sandbox, clock};

/// GitHub takes no proof that lasts longer.
const MAX_PROOF_SECONDS: i64 = 600;
const TOKEN_SECONDS: i64 = 3_600;
/// How many repositories are looked through for those that a token shall be good for.
const MAX_REPOSITORIES: usize = 1_000;
const NOT_ACCESSIBLE: &str = "There is at least one repository that does not exist or is not accessible to the parent installation.";

/// The only installation: every repository here belongs to it.
pub(super) const INSTALLATION: i64 = 1;

#[derive(Deserialize)]
struct Header {
    alg: String,
}

/// What a proof says; GitHub takes the id as a number or as a text.
#[derive(Deserialize)]
struct Claims {
    iat: i64,
    exp: i64,
    iss: Value,
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    repositories: Vec<String>,
}

pub(super) fn show(sandbox: &Sandbox, headers: &HeaderMap) -> Answer<Json<Value>> {
    let id = proven(headers)?;
    Ok(Json(shape::app(sandbox.links(), id)))
}

pub(super) fn installation(
    sandbox: &Sandbox,
    repository: &Repository,
    headers: &HeaderMap,
) -> Answer<Json<Value>> {
    let id = proven(headers)?;
    Ok(Json(shape::installation(
        sandbox.links(),
        &repository.owner,
        id,
    )))
}

/// A token for the installation, or for some of its repositories.
pub(super) async fn sell(
    sandbox: &Sandbox,
    installation: i64,
    headers: &HeaderMap,
    body: Body,
) -> Answer<(StatusCode, Json<Value>)> {
    proven(headers)?;
    if installation != INSTALLATION {
        return Err(Problem::NotFound);
    }
    let wanted: Wanted = parse(body).await?;
    let here = sandbox.repositories().list(MAX_REPOSITORIES);
    let is_here = |name: &String| here.iter().any(|repository| repository.name == *name);
    if !wanted.repositories.iter().all(is_here) {
        return Err(Problem::custom(NOT_ACCESSIBLE.to_owned()));
    }
    let ends = clock::now_micros() + TOKEN_SECONDS * 1_000_000;
    let sold = json!({
        "token": format!("ghs_{}", uuid::Uuid::new_v4().simple()),
        "expires_at": clock::rfc3339_seconds(ends),
        "permissions": {"contents": "write", "metadata": "read", "pull_requests": "write"},
        "repository_selection": if wanted.repositories.is_empty() { "all" } else { "selected" },
    });
    Ok((StatusCode::CREATED, Json(sold)))
}

/// The id of the App, if its proof is of the right form and meant for now.
fn proven(headers: &HeaderMap) -> Answer<u64> {
    super::auth::require_user_agent(headers)?;
    let header = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let proof = header
        .and_then(|header| header.split_once(' '))
        .map(|(_, proof)| proof);
    let parts: Vec<&str> = proof.unwrap_or_default().split('.').collect();
    let [head, claims, signature] = parts.as_slice() else {
        return Err(Problem::BadProof);
    };
    let (Some(head), Some(claims)) = (read::<Header>(head), read::<Claims>(claims)) else {
        return Err(Problem::BadProof);
    };
    let now = clock::now_micros() / 1_000_000;
    let timely = claims.iat <= now && claims.exp > now && claims.exp <= now + MAX_PROOF_SECONDS;
    let id = match &claims.iss {
        Value::String(text) => text.parse().ok(),
        number => number.as_u64(),
    };
    match id {
        Some(id) if head.alg == "RS256" && timely && !signature.is_empty() => Ok(id),
        _ => Err(Problem::BadProof),
    }
}

fn read<T: for<'d> Deserialize<'d>>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}
