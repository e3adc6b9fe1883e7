//! The shapes that vendors give their keys, so that a leaked one is known without being configured.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// What is said in place of a key, how keys of this kind begin, and the whole shape.
struct Shape {
    name: &'static str,
    beginnings: &'static [&'static str],
    pattern: &'static str,
}

const fn shape(
    name: &'static str,
    beginnings: &'static [&'static str],
    pattern: &'static str,
) -> Shape {
    Shape {
        name,
        beginnings,
        pattern,
    }
}

const SHAPES: &[Shape] = &[
    shape(
        "private key",
        &["-----BEGIN "],
        r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|\z)",
    ),
    shape(
        "GitHub token",
        &["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
        r"(?:gh[pousr]|github_pat)_[A-Za-z0-9_]{20,}",
    ),
    shape("Anthropic key", &["sk-ant-"], r"sk-ant-[A-Za-z0-9_-]{16,}"),
    shape("API key", &["sk-"], r"\bsk-[A-Za-z0-9_-]{20,}"),
    shape(
        "Slack token",
        &["xox", "xapp-"],
        r"(?:xox[a-z]|xapp)-[A-Za-z0-9-]{10,}",
    ),
    shape(
        "Slack webhook",
        &["https://hooks.slack.com/"],
        r"https://hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9/_-]{10,}",
    ),
    shape(
        "Linear key",
        &["lin_api_", "lin_oauth_", "lin_wh_"],
        r"lin_(?:api|oauth|wh)_[A-Za-z0-9]{20,}",
    ),
    shape(
        "AWS key id",
        &["AKIA", "ASIA"],
        r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    ),
    shape("Google key", &["AIza"], r"AIza[A-Za-z0-9_-]{35}"),
    shape(
        "Stripe key",
        &["sk_live_", "rk_live_", "sk_test_", "rk_test_"],
        r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}",
    ),
    shape("GitLab token", &["glpat-"], r"glpat-[A-Za-z0-9_-]{20,}"),
    shape("npm token", &["npm_"], r"npm_[A-Za-z0-9]{36}"),
    shape("webhook secret", &["whsec_"], r"whsec_[A-Za-z0-9+/=]{20,}"),
    shape(
        "NATS seed",
        &["SU", "SA", "SO", "SN", "SC"],
        r"\bS[UAONC][A-Z2-7]{56}\b",
    ),
    shape(
        "token",
        &["eyJ"],
        r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
    ),
];

/// Secrets known by what stands before them; the first group stays.
const LABELLED: &[&str] = &[
    r"(//[^\s/:@]*:)[^\s/@]{3,}(?:@)",
    r"(//)[^\s/:@]{20,}(?:@)",
    r"([?&](?:access_token|api_key|apikey|auth|key|password|sig|signature|token|X-Amz-Signature)=)[^&\s]{8,}",
    r"(?i-u)(authorization: *(?:basic|bearer|token) +)[A-Za-z0-9+/=._~-]{8,}",
    r#"(?i-u)(aws_?secret_?access_?key["' ]*[=:]["' ]*)[A-Za-z0-9/+=]{40}"#,
];

/// Words after which a secret follows on the same line.
const LABELS: &[&str] = &["authorization", "secret_access_key"];

/// A key is never longer than this, private keys aside.
const MAX_KEY_BYTES: usize = 4 * 1024;
/// The longest private key that is waited for: one of 16,384 bits.
const MAX_PRIVATE_KEY_BYTES: usize = 16 * 1024;

static ALL: LazyLock<Vec<(Regex, String)>> = LazyLock::new(|| {
    let shapes = SHAPES.iter().filter_map(|shape| {
        let name = format!("[redacted {}]", shape.name);
        Some((Regex::new(shape.pattern).ok()?, name))
    });
    let labelled = LABELLED.iter().filter_map(|pattern| {
        let at = if pattern.ends_with("(?:@)") { "@" } else { "" };
        Some((Regex::new(pattern).ok()?, format!("${{1}}[redacted]{at}")))
    });
    shapes.chain(labelled).collect()
});

pub(super) fn redact(text: &str) -> Cow<'_, str> {
    let mut redacted = Cow::Borrowed(text);
    for (pattern, replacement) in ALL.iter() {
        if let Cow::Owned(changed) = pattern.replace_all(&redacted, replacement.as_str()) {
            redacted = Cow::Owned(changed);
        }
    }
    redacted
}

/// Where the end of `text` starts that may be the beginning of a key.
pub(super) fn unfinished(text: &str) -> usize {
    open_block(text).unwrap_or_else(|| open_label(text).min(open_word(text)))
}

/// The start of a private key whose end has not come yet.
fn open_block(text: &str) -> Option<usize> {
    let start = text.rfind("-----BEGIN ")?;
    let block = &text[start..];
    let ended = block
        .split_once("-----END ")
        .is_some_and(|(_, rest)| rest.contains("-----"));
    (!ended && block.len() <= MAX_PRIVATE_KEY_BYTES).then_some(start)
}

/// The start of a label on the last line, whose value may go on.
fn open_label(text: &str) -> usize {
    let line = text.rfind('\n').map_or(0, |end| end + 1);
    let last = text[line..].to_ascii_lowercase();
    let found = LABELS.iter().filter_map(|label| last.rfind(label)).min();
    found
        .filter(|_| last.len() <= MAX_KEY_BYTES)
        .map_or(text.len(), |at| line + at)
}

/// The start of the last word, if keys begin like it or like its last part.
fn open_word(text: &str) -> usize {
    let in_part = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    let in_word = |letter: char| in_part(letter) || ".+/:@=%&?".contains(letter);
    let start = text.trim_end_matches(in_word).len();
    let word = &text[start..];
    let part = &word[word.trim_end_matches(in_part).len()..];
    let begun = |beginning: &str| {
        word.contains(beginning)
            || (!word.is_empty() && beginning.starts_with(word))
            || (!part.is_empty() && beginning.starts_with(part))
    };
    let mut beginnings = SHAPES.iter().flat_map(|shape| shape.beginnings);
    let suspicious =
        word.contains("//") || word.ends_with(":/") || beginnings.any(|beginning| begun(beginning));
    match suspicious && word.len() <= MAX_KEY_BYTES {
        true => start,
        false => text.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_one() {
        assert_eq!(ALL.len(), SHAPES.len() + LABELLED.len());
    }

    #[test]
    fn keys_of_all_shapes_are_taken_out_and_named() {
        let long = "A1b2".repeat(16);
        for (key, name) in [
            (format!("ghp_{}", &long[..36]), "GitHub token"),
            (format!("github_pat_{long}"), "GitHub token"),
            (format!("sk-ant-api03-{long}"), "Anthropic key"),
            (format!("sk-proj-{long}"), "API key"),
            (format!("xoxb-{long}"), "Slack token"),
            (format!("lin_api_{}", &long[..40]), "Linear key"),
            ("AKIAIOSFODNN7EXAMPLE".to_owned(), "AWS key id"),
            (format!("eyJhbGciOiJI.eyJzdWIiOiIx.{long}"), "token"),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----"
                    .to_owned(),
                "private key",
            ),
        ] {
            let text = format!("before \"{key}\" after");
            assert_eq!(redact(&text), format!("before \"[redacted {name}]\" after"));
        }
    }

    #[test]
    fn secrets_are_known_by_what_stands_before_them() {
        for (text, expected) in [
            (
                "postgres://errand:hunter2@db/errand",
                "postgres://errand:[redacted]@db/errand",
            ),
            (
                "https://0123456789abcdef0123@forge/o/r",
                "https://[redacted]@forge/o/r",
            ),
            (
                "GET /hook?id=1&token=0123456789 HTTP",
                "GET /hook?id=1&token=[redacted] HTTP",
            ),
            (
                "AUTHORIZATION: Basic eC1hY2Nlc3M=",
                "AUTHORIZATION: Basic [redacted]",
            ),
            (
                "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                "aws_secret_access_key = [redacted]",
            ),
        ] {
            assert_eq!(redact(text), expected);
        }
    }

    #[test]
    fn ordinary_text_and_code_stay_as_they_are() {
        for text in [
            "let task_id = \"sk-1\"; // ask-for-a-long-name-that-is-only-a-name",
            "see https://example.com/a?b=c and http://127.0.0.1:7171/stories",
            "git@github.com:o/r.git, ada@example.com, @types/node",
            "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
        ] {
            assert_eq!(redact(text), text);
        }
    }
}
