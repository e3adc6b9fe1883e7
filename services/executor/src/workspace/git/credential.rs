//! An address git may talk to, with a token that never reaches a command line or a file.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use crate::workspace::WorkspaceError;

/// A checked `http` or `https` address and the token for it.
#[derive(Clone, Debug)]
pub(crate) struct RemoteAccess {
    url: String,
    token: Option<SecretString>,
}

impl RemoteAccess {
    /// Takes only `http` and `https`, and no password inside the address: git would show it in process lists.
    pub(crate) fn new(url: &str, token: Option<&SecretString>) -> Result<Self, WorkspaceError> {
        let parsed = Url::parse(url).map_err(|_| WorkspaceError::UnsupportedUrl {
            url: url.to_owned(),
        })?;
        if !parsed.username().is_empty() || parsed.password().is_some() {
            let host = parsed.host_str().unwrap_or_default().to_owned();
            return Err(WorkspaceError::CredentialsInUrl { host });
        }
        if !matches!(parsed.scheme(), "http" | "https") || parsed.host_str().is_none() {
            return Err(WorkspaceError::UnsupportedUrl {
                url: url.to_owned(),
            });
        }
        Ok(Self {
            url: url.to_owned(),
            token: token.cloned(),
        })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The configuration, handed over by environment, that sends the token to this address only.
    pub(crate) fn config(&self) -> Vec<(String, String)> {
        let Some(encoded) = self.encoded_token() else {
            return Vec::new();
        };
        vec![(
            format!("http.{}.extraHeader", self.url),
            format!("Authorization: Basic {encoded}"),
        )]
    }

    /// `text` without the token, in case a server or git repeats it.
    pub(crate) fn redacted(&self, text: &str) -> String {
        let (Some(token), Some(encoded)) = (&self.token, self.encoded_token()) else {
            return text.to_owned();
        };
        let mut clean = text.replace(&encoded, "[token]");
        if !token.expose_secret().is_empty() {
            clean = clean.replace(token.expose_secret(), "[token]");
        }
        clean
    }

    fn encoded_token(&self) -> Option<String> {
        let token = self.token.as_ref()?;
        Some(STANDARD.encode(format!("x-access-token:{}", token.expose_secret())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_http_addresses_without_a_password_are_taken() {
        assert!(RemoteAccess::new("https://forge.example/o/r.git", None).is_ok());
        for refused in [
            "git@forge.example:o/r.git",
            "ext::sh -c true",
            "file:///srv/r.git",
            "ssh://forge.example/r",
        ] {
            let error = RemoteAccess::new(refused, None).unwrap_err();
            assert!(
                matches!(error, WorkspaceError::UnsupportedUrl { .. }),
                "{refused}: {error}"
            );
        }
        let error =
            RemoteAccess::new("https://me:hunter2@forge.example/o/r.git", None).unwrap_err();
        assert!(matches!(error, WorkspaceError::CredentialsInUrl { .. }));
        assert!(!error.to_string().contains("hunter2"));
    }

    #[test]
    fn a_token_is_taken_out_of_what_git_prints() {
        let token = SecretString::from("s3cret-token");
        let access = RemoteAccess::new("https://forge.example/o/r.git", Some(&token)).unwrap();
        let header = access.config()[0].1.clone();
        let shown = access.redacted(&format!("fatal: s3cret-token, {header}"));
        assert_eq!(shown, "fatal: [token], Authorization: Basic [token]");
    }
}
