//! Takes secrets out of text before it is stored, logged or shown.
//!
//! Two kinds are known: the values that this installation was configured with, and the shapes that vendors give
//! their keys. Text that comes in pieces goes through [`RedactedStream`], which holds back what may be the start of
//! a secret; log lines go through [`RedactedWriter`].

mod known;
mod log_lines;
mod shapes;
mod stream;

pub use log_lines::RedactedWriter;
pub use stream::RedactedStream;

use std::borrow::Cow;
use std::sync::Arc;

use known::Known;
use secrecy::SecretString;

/// Knows the secrets of this installation. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    known: Arc<Known>,
}

impl Redactor {
    /// A redactor for these secrets beside all well-known shapes. Values too short to be secret are passed over.
    pub fn new(secrets: impl IntoIterator<Item = SecretString>) -> Self {
        Self {
            known: Arc::new(Known::new(secrets)),
        }
    }

    /// `text` without secrets; each is replaced by a word in brackets that says what was there.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.known.redact(text) {
            Cow::Borrowed(text) => shapes::redact(text),
            Cow::Owned(text) => Cow::Owned(shapes::redact(&text).into_owned()),
        }
    }

    /// Redacts `text` where it stands.
    pub fn clean(&self, text: &mut String) {
        if let Cow::Owned(redacted) = self.redact(text) {
            *text = redacted;
        }
    }

    /// For text that comes in pieces.
    pub fn stream(&self) -> RedactedStream {
        RedactedStream::new(self.clone())
    }

    /// Where the end of `text` begins that may become a secret with what follows.
    fn unfinished(&self, text: &str) -> usize {
        self.known.begun(text).min(shapes::unfinished(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configured_secret_is_taken_out_in_every_form_in_which_programs_print_it() {
        let redactor = Redactor::new(["p4ss/word+of the forge".into(), "short".into()]);
        for text in [
            "p4ss/word+of the forge",
            "p4ss%2Fword%2Bof%20the%20forge",
            "cDRzcy93b3JkK29mIHRoZSBmb3JnZQ==",
            "eC1hY2Nlc3MtdG9rZW46cDRzcy93b3JkK29mIHRoZSBmb3JnZQ==",
        ] {
            assert_eq!(
                redactor.redact(&format!("a {text} b")),
                "a [redacted secret] b"
            );
        }
        assert_eq!(redactor.redact("a short text"), "a short text");
    }

    #[test]
    fn a_secret_that_was_cut_at_a_limit_does_not_keep_its_beginning() {
        let redactor = Redactor::new(["correct-horse-battery".into()]);
        for text in [
            "x correct-horse-ba",
            "x correct-horse-ba … (9 bytes left out)",
            "x correct-horse-ba\n[… 9 bytes left out]",
        ] {
            let redacted = redactor.redact(text);
            assert!(redacted.starts_with("x [redacted secret]"), "{redacted}");
        }
        assert_eq!(redactor.redact("x correct"), "x correct");
    }

    #[test]
    fn every_line_of_a_configured_key_is_known() {
        let key = "-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA7\n-----END KEY-----";
        let redactor = Redactor::new([key.into()]);
        let redacted = redactor.redact("line: MIIEpAIBAAKCAQEA7").into_owned();
        assert_eq!(redacted, "line: [redacted secret]");
    }
}
