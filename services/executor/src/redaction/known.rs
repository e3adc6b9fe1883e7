//! The values this installation was configured with, in the forms in which programs print them.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regex::{NoExpand, Regex, RegexBuilder};
use secrecy::{ExposeSecret, SecretString};

/// A shorter value may be an ordinary word.
const MIN_SECRET_CHARS: usize = 8;
/// A shorter line of a key file may be in any text.
const MIN_LINE_CHARS: usize = 16;
/// The largest pattern made of all secrets; what an installation has is a thousandth of it.
const MAX_PATTERN_BYTES: usize = 16 * 1024 * 1024;
const REPLACEMENT: &str = "[redacted secret]";
/// How texts end that were cut at a limit.
const CUT_MARKS: [&str; 2] = [" … (", "\n[… "];

/// The secrets, never printed.
#[derive(Default)]
pub(super) struct Known {
    forms: Vec<String>,
    pattern: Option<Regex>,
}

impl Known {
    pub(super) fn new(secrets: impl IntoIterator<Item = SecretString>) -> Self {
        let mut forms: Vec<String> = secrets
            .into_iter()
            .flat_map(|secret| forms_of(secret.expose_secret()))
            .collect();
        // The longest first, so that a part never hides the whole.
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        forms.dedup();
        let choices: Vec<_> = forms.iter().map(|form| regex::escape(form)).collect();
        let pattern = (!choices.is_empty()).then(|| {
            RegexBuilder::new(&choices.join("|"))
                .size_limit(MAX_PATTERN_BYTES)
                .build()
        });
        Self {
            forms,
            pattern: pattern.and_then(Result::ok),
        }
    }

    pub(super) fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let Some(pattern) = &self.pattern else {
            return Cow::Borrowed(text);
        };
        let mut redacted = pattern.replace_all(text, NoExpand(REPLACEMENT));
        for end in self.cuts(&redacted) {
            let start = self.begun(&redacted[..end]);
            if end - start >= MIN_SECRET_CHARS {
                redacted.to_mut().replace_range(start..end, REPLACEMENT);
            }
        }
        redacted
    }

    /// Where `text` may have been cut: at its end, or before the note that says so. The last comes first.
    fn cuts(&self, text: &str) -> Vec<usize> {
        let notes = CUT_MARKS.iter().filter_map(|mark| text.rfind(mark));
        let mut cuts: Vec<usize> = notes.chain([text.len()]).collect();
        cuts.sort_by_key(|cut| std::cmp::Reverse(*cut));
        cuts
    }

    /// Where the end of `text` starts that is the beginning of a secret; its length where there is none.
    pub(super) fn begun(&self, text: &str) -> usize {
        let starts = self.forms.iter().filter_map(|form| {
            let lengths = (1..form.len().min(text.len() + 1)).rev();
            let mut beginnings = lengths.filter_map(|length| form.get(..length));
            let found = beginnings.find(|beginning| text.ends_with(beginning))?;
            Some(text.len() - found.len())
        });
        starts.min().unwrap_or(text.len())
    }
}

/// A secret as it is, as it stands in URLs and in headers, and each line of it.
fn forms_of(secret: &str) -> Vec<String> {
    let secret = secret.trim();
    if secret.chars().count() < MIN_SECRET_CHARS {
        return Vec::new();
    }
    let mut forms = vec![
        secret.to_owned(),
        STANDARD.encode(secret),
        STANDARD.encode(format!("x-access-token:{secret}")),
        percent_encoded(secret),
    ];
    let lines = secret.lines().map(str::trim);
    let long = lines.filter(|line| line.len() >= MIN_LINE_CHARS && !line.starts_with("-----"));
    forms.extend(long.map(str::to_owned));
    forms
}

fn percent_encoded(text: &str) -> String {
    let unreserved = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    text.bytes()
        .map(|byte| match unreserved(&byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}

impl std::fmt::Debug for Known {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} secrets", self.forms.len())
    }
}
