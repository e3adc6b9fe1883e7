use axum::http::{HeaderMap, header};

use super::parameters::Parameters;
use super::refusal::{Answer, Refusal};

/// The one workspace, its bot and the bot's user.
pub(super) const TEAM_ID: &str = "T0SANDBOX";
pub(super) const BOT_ID: &str = "B0SANDBOX";
pub(super) const USER_ID: &str = "U0SANDBOX";
pub(super) const APP_ID: &str = "A0SANDBOX";

/// Any token that is not empty is good here, in the header or as the parameter `token`.
pub(super) fn require_token(headers: &HeaderMap, parameters: &Parameters) -> Answer<()> {
    let header = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let bearer = header
        .and_then(|value| value.strip_prefix("Bearer "))
        .map(str::trim);
    match bearer.or(parameters.text("token")) {
        Some(token) if !token.is_empty() => Ok(()),
        _ => Err(Refusal::new("not_authed")),
    }
}
