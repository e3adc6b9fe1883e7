//! Why an agent could not be confined, and what a person can do about it.

/// What stopped a confinement.
#[derive(Debug, thiserror::Error)]
pub enum ConfineError {
    #[error(
        "isolation is required, but this host cannot {missing}: use a kernel with Landlock (Linux 6.12 or newer does all), install bubblewrap, or set ERRAND_ISOLATION=preferred"
    )]
    HostCannot { missing: &'static str },

    #[error("`{word}` is not known here: use {known}")]
    UnknownWord { word: String, known: &'static str },

    #[error(
        "confine: `{word}` cannot be read: give --read PATH, --write PATH, --no-connect or --connect PORT, then -- and the program"
    )]
    Usage { word: String },

    #[error(
        "the kernel did not take the rules ({reason}): set ERRAND_ISOLATION=off to run agents without them"
    )]
    Refused { reason: String },

    #[error("{program} cannot be started: {source}")]
    NotStarted {
        program: String,
        source: std::io::Error,
    },
}

impl ConfineError {
    pub(super) fn unknown(word: &str, known: &'static str) -> Self {
        let word = word.to_owned();
        Self::UnknownWord { word, known }
    }

    pub(super) fn usage(word: impl Into<String>) -> Self {
        Self::Usage { word: word.into() }
    }
}
