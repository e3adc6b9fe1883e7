//! What the Linear client needs to know.

use secrecy::SecretString;

/// Where Linear is, who we are there and which team gets the issues.
#[derive(Debug, Clone)]
pub struct LinearConfig {
    /// The GraphQL endpoint, for Linear itself `https://api.linear.app/graphql`.
    pub api_url: String,
    /// A personal API key, or an OAuth access token (they begin with `lin_oauth_`).
    pub api_key: SecretString,
    /// Key (`ENG`) or id of the team; the first team the key can see when absent.
    pub team: Option<String>,
}

impl LinearConfig {
    /// Linear's own endpoint.
    pub const DEFAULT_API_URL: &'static str = "https://api.linear.app/graphql";
}
