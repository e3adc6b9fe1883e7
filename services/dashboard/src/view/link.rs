//! Links to the world outside.

/// An address that may be followed, and what to call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub url: String,
    pub text: String,
}

impl Link {
    /// `None` unless the address is http or https: what an agent or vendor sent must not run as a script.
    pub fn to(url: &str, text: impl Into<String>) -> Option<Self> {
        let safe = url.starts_with("https://") || url.starts_with("http://");
        safe.then(|| Self {
            url: url.to_owned(),
            text: text.into(),
        })
    }

    pub fn linear(url: &str, identifier: &str) -> Option<Self> {
        let text = match identifier {
            "" => "Linear issue".to_owned(),
            id => format!("Linear {id}"),
        };
        Self::to(url, text)
    }

    /// "PR #12" when the address ends in a number.
    pub fn pull_request(url: &str) -> Option<Self> {
        let last = url
            .trim_end_matches('/')
            .rsplit('/')
            .next()
            .unwrap_or_default();
        let text = match last.parse::<u64>() {
            Ok(number) => format!("PR #{number}"),
            Err(_) => "Pull request".to_owned(),
        };
        Self::to(url, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_become_links() {
        assert_eq!(Link::to("javascript:alert(1)", "x"), None);
        assert_eq!(
            Link::pull_request("https://github.com/o/r/pull/12")
                .unwrap()
                .text,
            "PR #12"
        );
        assert_eq!(
            Link::linear("https://linear.app/x", "").unwrap().text,
            "Linear issue"
        );
    }
}
