//! The one HTTP client that all connectors share.
use anyhow::Context;
use std::time::Duration;

/// For calls that no connector makes with a limit of its own.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const IDLE_CONNECTIONS_PER_HOST: usize = 32;

/// # Errors
/// The TLS provider is not installed, which `main` does first.
pub fn client() -> anyhow::Result<reqwest::Client> {
    reqwest::Client::builder()
        .user_agent(concat!("errand/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_max_idle_per_host(IDLE_CONNECTIONS_PER_HOST)
        .build()
        .context("the HTTP client cannot be built")
}
