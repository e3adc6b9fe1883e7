//! The JSON of GitHub's App endpoints, as far as it is used.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

#[derive(Deserialize)]
pub(super) struct AppBody {
    pub name: String,
}

#[derive(Deserialize)]
pub(super) struct InstallationBody {
    pub id: u64,
}

/// What a token shall be good for: this repository, and no more than pull requests need.
#[derive(Serialize)]
pub(super) struct TokenRequest<'r> {
    repositories: [&'r str; 1],
    permissions: Permissions,
}

#[derive(Serialize)]
struct Permissions {
    contents: &'static str,
    pull_requests: &'static str,
}

impl<'r> TokenRequest<'r> {
    pub(super) const fn for_repository(repo: &'r str) -> Self {
        Self {
            repositories: [repo],
            permissions: Permissions {
                contents: "write",
                pull_requests: "write",
            },
        }
    }
}

#[derive(Deserialize)]
pub(super) struct TokenBody {
    pub token: SecretString,
    pub expires_at: Moment,
}

/// A time as GitHub writes it.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Moment(OffsetDateTime);

impl TryFrom<String> for Moment {
    type Error = time::error::Parse;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        OffsetDateTime::parse(&text, &Rfc3339).map(Self)
    }
}

impl From<Moment> for OffsetDateTime {
    fn from(moment: Moment) -> Self {
        moment.0
    }
}
