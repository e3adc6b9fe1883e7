//! Which host names this server answers to. A foreign name that resolves to this machine (DNS rebinding) is refused.
use axum::http::Uri;
use std::sync::Arc;

/// The allowed names: loopback, and the one of the public URL.
#[derive(Debug, Clone)]
pub struct Hosts {
    public: Option<Arc<str>>,
}

impl Hosts {
    pub fn new(public_url: &str) -> Self {
        let uri = public_url.parse::<Uri>().ok();
        let host = uri.as_ref().and_then(Uri::host);
        Self {
            public: host.map(|host| host.to_ascii_lowercase().into()),
        }
    }

    /// `host` as in the header, with or without a port.
    pub fn allow(&self, host: &str) -> bool {
        let name = name_of(host).to_ascii_lowercase();
        matches!(name.as_str(), "localhost" | "127.0.0.1" | "[::1]")
            || self.public.as_deref() == Some(name.as_str())
    }
}

/// The host without its port; an IPv6 address keeps its brackets.
fn name_of(host: &str) -> &str {
    if host.starts_with('[') {
        return host.find(']').map_or(host, |end| &host[..=end]);
    }
    host.split(':').next().unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_and_the_public_name_are_answered() {
        let hosts = Hosts::new("https://errand.example.com/");
        for good in [
            "127.0.0.1:7171",
            "localhost",
            "LocalHost:1",
            "[::1]:7171",
            "errand.example.com",
        ] {
            assert!(hosts.allow(good), "{good}");
        }
        for bad in [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example:7171",
            "",
            "[::2]",
            "0.0.0.0",
        ] {
            assert!(!hosts.allow(bad), "{bad}");
        }
    }
}
