//! The four things an agent can look into.

/// A field of worry, with the agent that looks into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    Security,
    Seo,
    Performance,
    Accessibility,
}

/// All of them, in the order a full audit runs them.
pub(super) const TOPICS: [Topic; 4] = [
    Topic::Security,
    Topic::Seo,
    Topic::Performance,
    Topic::Accessibility,
];

impl Topic {
    /// The agent type that looks into it.
    pub(super) fn agent(self) -> &'static str {
        match self {
            Self::Security => "security",
            Self::Seo => "seo",
            Self::Performance => "performance",
            Self::Accessibility => "accessibility",
        }
    }

    /// As it is written within a sentence.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Seo => "SEO",
            other => other.agent(),
        }
    }

    /// What the agent would look at; every clause is something the scan really does.
    pub(super) fn honest_words(self) -> &'static str {
        match self {
            Self::Security => {
                "It depends on what the code does with input, secrets and dependencies, and I have not read it."
            }
            Self::Seo => {
                "It depends on titles, descriptions, headings and links in the pages, and I have not read them."
            }
            Self::Performance => {
                "It depends on what the pages load and in which order, and I have not measured it."
            }
            Self::Accessibility => {
                "It depends on labels, contrast and what works by keyboard, and I have not checked it."
            }
        }
    }

    /// Beginnings of words that name the topic.
    fn stems(self) -> &'static [&'static str] {
        match self {
            Self::Security => &[
                "secur",
                "vulnerab",
                "insecure",
                "xss",
                "csrf",
                "injection",
                "hack",
                "leak",
                "exploit",
                "unsafe",
            ],
            Self::Seo => &[
                "seo", "ranking", "google", "crawl", "sitemap", "findable", "indexed",
            ],
            Self::Performance => &[
                "performan",
                "slow",
                "latency",
                "faster",
                "speed",
                "lighthouse",
                "loading",
            ],
            Self::Accessibility => &[
                "accessib",
                "a11y",
                "screenreader",
                "wcag",
                "aria",
                "contrast",
                "blind",
            ],
        }
    }

    /// The topics that a text names, in the order of the text.
    pub(super) fn named_in(text: &str) -> Vec<Self> {
        let lower = text.to_lowercase();
        let mut named = Vec::new();
        for word in lower.split(|c: char| !c.is_alphanumeric()) {
            let topic = TOPICS
                .into_iter()
                .find(|topic| topic.stems().iter().any(|stem| word.starts_with(stem)));
            if let Some(topic) = topic.filter(|topic| !named.contains(topic)) {
                named.push(topic);
            }
        }
        named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_found_in_the_order_they_are_named() {
        assert_eq!(
            Topic::named_in("Is it slow, and is it secure?"),
            [Topic::Performance, Topic::Security]
        );
        assert_eq!(
            Topic::named_in("what about a11y and SEO"),
            [Topic::Accessibility, Topic::Seo]
        );
        assert!(Topic::named_in("add a contact form").is_empty());
    }
}
