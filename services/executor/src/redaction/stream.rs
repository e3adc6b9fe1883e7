//! Redaction of text that comes in pieces: a secret may begin in one and end in the next.

use super::Redactor;

/// Hands on what is safe and holds back, for the next piece, what may be the beginning of a secret.
#[derive(Debug)]
pub struct RedactedStream {
    redactor: Redactor,
    held: String,
}

impl RedactedStream {
    pub(super) const fn new(redactor: Redactor) -> Self {
        Self {
            redactor,
            held: String::new(),
        }
    }

    /// Takes a piece; what comes back has no secret in it, and may be empty.
    pub fn push(&mut self, piece: &str) -> String {
        self.held.push_str(piece);
        let rest = self.held.split_off(self.redactor.unfinished(&self.held));
        let safe = std::mem::replace(&mut self.held, rest);
        self.redactor.redact(&safe).into_owned()
    }

    /// What was held back when nothing follows any more.
    pub fn finish(&mut self) -> String {
        let rest = std::mem::take(&mut self.held);
        self.redactor.redact(&rest).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "My token is ghp_0123456789abcdefghijABCDEFGHIJ012345, the pass phrase \
        \"correct horse battery\", and https://ada:hunter2@forge.example/o/r. Sure.\n\
        -----BEGIN PRIVATE KEY-----\nMIIEvQ\nIBADAN\n-----END PRIVATE KEY-----\nDone.";

    #[test]
    fn wherever_a_text_is_cut_no_piece_holds_a_secret() {
        let redactor = Redactor::new(["correct horse battery".into()]);
        let whole = redactor.redact(TEXT).into_owned();
        for secret in ["ghp_", "horse", "hunter2", "MIIE", "IBADAN"] {
            assert!(!whole.contains(secret), "{whole}");
        }
        for first in 0..=TEXT.len() {
            let mut stream = redactor.stream();
            let pieces = [
                stream.push(&TEXT[..first]),
                stream.push(&TEXT[first..]),
                stream.finish(),
            ];
            assert_eq!(pieces.concat(), whole, "cut at {first}");
        }
        let mut stream = redactor.stream();
        let letters: String = TEXT
            .chars()
            .map(|letter| stream.push(&letter.to_string()))
            .collect();
        assert_eq!(letters + &stream.finish(), whole);
    }

    #[test]
    fn ordinary_words_are_not_held_back() {
        let mut stream = Redactor::default().stream();
        for piece in [
            "I read the files",
            " and found nothing",
            " in `index.html`.",
        ] {
            assert_eq!(stream.push(piece), piece);
        }
    }
}
