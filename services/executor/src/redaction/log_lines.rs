//! Log lines without secrets, whoever writes them.

use std::io::{Result, Write};

use super::Redactor;

/// Redacts every write. Loggers write one whole line at a time, so a secret is never cut in two.
pub struct RedactedWriter<W> {
    redactor: Redactor,
    inner: W,
}

impl<W: Write> RedactedWriter<W> {
    pub const fn new(redactor: Redactor, inner: W) -> Self {
        Self { redactor, inner }
    }
}

impl<W: Write> Write for RedactedWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        self.inner
            .write_all(self.redactor.redact(&text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_written_whole_and_without_its_secret() {
        let mut written = Vec::new();
        let redactor = Redactor::new(["correct-horse".into()]);
        let line = "WARN push failed url=https://x:correct-horse@forge\n";
        RedactedWriter::new(redactor, &mut written)
            .write_all(line.as_bytes())
            .unwrap();
        assert_eq!(
            written,
            b"WARN push failed url=https://x:[redacted secret]@forge\n"
        );
    }
}
