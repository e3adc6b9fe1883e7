//! What the Slack client needs to know.

use secrecy::SecretString;

/// Where Slack is, who we are there and where messages go.
#[derive(Debug, Clone)]
pub struct SlackConfig {
    /// The root of the Web API, for Slack itself `https://slack.com/api/`.
    pub api_url: String,
    /// A bot token (`xoxb-…`) with the scope `chat:write`.
    ///
    /// With `channels:history` and `channels:read` a message whose outcome is unknown is found again instead of
    /// being posted twice.
    pub token: SecretString,
    /// The channel for messages that name none: an id or a name.
    pub channel: String,
}

impl SlackConfig {
    /// Slack's own Web API.
    pub const DEFAULT_API_URL: &'static str = "https://slack.com/api/";
}
