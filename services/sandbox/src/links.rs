//! Absolute links for vendors' answers, and the path prefix for links inside our own pages.

use crate::SandboxError;

/// Knows under which URL the sandbox is reached.
#[derive(Debug, Clone)]
pub(crate) struct Links {
    public_url: String,
    base_path: String,
}

impl Links {
    /// Takes the URL apart once; fails when it is not an http(s) URL.
    pub(crate) fn new(public_url: &str) -> Result<Self, SandboxError> {
        let refused = || SandboxError::PublicUrl(public_url.to_owned());
        let public_url = public_url.trim_end_matches('/');
        let rest = public_url
            .strip_prefix("http://")
            .or_else(|| public_url.strip_prefix("https://"))
            .ok_or_else(refused)?;
        let host_end = rest.find('/').unwrap_or(rest.len());
        if host_end == 0 {
            return Err(refused());
        }
        Ok(Self {
            public_url: public_url.to_owned(),
            base_path: rest[host_end..].to_owned(),
        })
    }

    /// The public URL, without a slash at the end.
    pub(crate) fn root(&self) -> &str {
        &self.public_url
    }

    /// The path part of the public URL, for links within pages: they must work under whatever host name was typed.
    pub(crate) fn base_path(&self) -> &str {
        &self.base_path
    }

    pub(crate) fn linear_issue(&self, identifier: &str) -> String {
        format!("{}/linear/issue/{identifier}", self.public_url)
    }

    pub(crate) fn slack_message(&self, channel: &str, ts: &str) -> String {
        format!(
            "{}/slack/{channel}#p{}",
            self.public_url,
            ts.replace('.', "")
        )
    }

    pub(crate) fn pull_request(&self, owner: &str, repo: &str, number: i64) -> String {
        format!("{}/github/{owner}/{repo}/pull/{number}", self.public_url)
    }

    pub(crate) fn repository(&self, owner: &str, repo: &str) -> String {
        format!("{}/github/{owner}/{repo}", self.public_url)
    }

    pub(crate) fn repository_api(&self, owner: &str, repo: &str) -> String {
        format!("{}/github/repos/{owner}/{repo}", self.public_url)
    }

    pub(crate) fn clone_url(&self, owner: &str, repo: &str) -> String {
        format!("{}/git/{owner}/{repo}.git", self.public_url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_url_is_taken_apart_into_host_and_path() {
        let links = Links::new("http://127.0.0.1:7171/sandbox/").expect("a URL");
        assert_eq!(links.root(), "http://127.0.0.1:7171/sandbox");
        assert_eq!(links.base_path(), "/sandbox");
        assert_eq!(
            Links::new("http://127.0.0.1:1").expect("a URL").base_path(),
            ""
        );
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for wrong in [
            "",
            "127.0.0.1:7171",
            "ftp://x",
            "http://",
            "http:///sandbox",
        ] {
            assert!(Links::new(wrong).is_err(), "{wrong:?} was accepted");
        }
    }
}
