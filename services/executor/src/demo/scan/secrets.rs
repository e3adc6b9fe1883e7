//! Finds secrets without repeating them.

use std::sync::LazyLock;

use regex::bytes::{Regex, RegexSet};

use super::finding::Findings;
use super::lines;
use super::security::{HARD_CODED, KNOWN_TOKEN, PRIVATE_KEY, SECRET_FILE};
use super::source::{Language, SourceFile};

/// The shapes of secrets, in this order: vendors' tokens, then the head of a private key, then a name
/// that promises a secret with a literal of some length given to it.
static SHAPE_SET: LazyLock<Option<RegexSet>> = LazyLock::new(|| {
    let tokens = TOKENS.iter().map(|(_, pattern)| *pattern);
    lines::set(tokens.chain([PRIVATE_KEY_HEAD, ASSIGNMENT]))
});
static ASSIGNMENT_PARTS: LazyLock<Option<Regex>> = LazyLock::new(|| lines::pattern(ASSIGNMENT));

const TOKENS: [(&str, &str); 9] = [
    ("an AWS access key", r"\b(AKIA|ASIA)[0-9A-Z]{16}\b"),
    (
        "a GitHub token",
        r"\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{40,})",
    ),
    ("an Anthropic key", r"\bsk-ant-[A-Za-z0-9_-]{20,}"),
    ("an OpenAI key", r"\bsk-(proj-)?[A-Za-z0-9]{32,}"),
    ("a Slack token", r"\bxox[abprs]-[0-9A-Za-z-]{10,}"),
    ("a Stripe key", r"\b[rs]k_live_[0-9A-Za-z]{16,}"),
    ("a Google key", r"\bAIza[0-9A-Za-z_-]{35}"),
    ("a Linear key", r"\blin_(api|oauth)_[0-9A-Za-z]{20,}"),
    ("a GitLab token", r"\bglpat-[0-9A-Za-z_-]{20}"),
];
const PRIVATE_KEY_HEAD: &str = r"-----BEGIN ([A-Z]+ )*PRIVATE KEY-----";
const ASSIGNMENT: &str = r#"(?i)\b(\w*(password|passwd|secret|api_?key|access_?key|auth_?token|access_?token|private_?key)\w*)["']?\s*(:|=|=>|:=)\s*["'`]([^"'`\s]{8,})["'`]"#;

/// What people write where a secret will be.
const PLACEHOLDERS: [&str; 19] = [
    "example",
    "changeme",
    "change-me",
    "change_me",
    "placeholder",
    "your",
    "dummy",
    "xxx",
    "***",
    "...",
    "${",
    "{{",
    "<",
    "process.env",
    "not-a-",
    "test",
    "fake",
    "sample",
    "redacted",
];

/// Looks for secrets in `file`, and at its name.
pub(super) fn check(file: &SourceFile, findings: &mut Findings) {
    if is_secret_file(file) {
        findings.add(
            &SECRET_FILE,
            file,
            1,
            "A file of this name usually holds secrets.",
        );
    }
    let Some(shapes) = SHAPE_SET.as_ref() else {
        return;
    };
    for (number, line) in file
        .lines()
        .filter(|(_, line)| line.len() <= lines::MAX_LINE_BYTES)
    {
        let found: Vec<usize> = shapes.matches(line.as_bytes()).iter().collect();
        if found.contains(&TOKENS.len()) {
            findings.add(&PRIVATE_KEY, file, number, "A private key begins here.");
        }
        let token = found.first().and_then(|first| TOKENS.get(*first));
        if let Some((kind, _)) = token.filter(|(_, shape)| !is_invented(shape, line)) {
            findings.add(
                &KNOWN_TOKEN,
                file,
                number,
                format!("This looks like {kind}."),
            );
        } else if found.contains(&(TOKENS.len() + 1))
            && may_hold_secrets(file)
            && !file.is_test_line(number)
            && let Some(name) = assigned_secret(line)
        {
            let message = format!("`{name}` is given a literal value (not shown here).");
            findings.add(&HARD_CODED, file, number, message);
        }
    }
}

/// Prose explains, and lock files hold checksums.
fn may_hold_secrets(file: &SourceFile) -> bool {
    file.language() != Language::Prose && !file.name().ends_with(".lock")
}

/// Whether a token says in its own words that it is none. Tokens are rare, so the shape is compiled when one is met.
fn is_invented(shape: &str, line: &str) -> bool {
    let shape = lines::pattern(shape);
    let token = shape.as_ref().and_then(|shape| shape.find(line.as_bytes()));
    token.is_some_and(|token| is_placeholder(&String::from_utf8_lossy(token.as_bytes())))
}

fn is_placeholder(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    PLACEHOLDERS.iter().any(|it| text.contains(it))
}

/// The name to which a literal secret is given.
fn assigned_secret(line: &str) -> Option<String> {
    let found = ASSIGNMENT_PARTS.as_ref()?.captures(line.as_bytes())?;
    let value = String::from_utf8_lossy(found.get(4)?.as_bytes()).to_ascii_lowercase();
    let secret = !is_placeholder(&value) && !is_plain_name(&value);
    secret.then(|| String::from_utf8_lossy(&found[1]).into_owned())
}

/// Values such as `password_field` or `settings.api.key` name a secret and are none.
fn is_plain_name(value: &str) -> bool {
    value
        .chars()
        .all(|it| it.is_ascii_lowercase() || matches!(it, '_' | '-' | '.' | '/' | ':'))
}

fn is_secret_file(file: &SourceFile) -> bool {
    let name = file.name();
    let template = ["example", "sample", "template", "test"]
        .iter()
        .any(|end| name.ends_with(end));
    let environment = name == ".env" || (name.starts_with(".env.") && !template);
    let key = matches!(
        name,
        "id_rsa" | "id_ed25519" | ".npmrc" | ".pypirc" | ".netrc" | ".htpasswd"
    );
    (environment && !file.text().trim().is_empty())
        || (key && (name.starts_with("id_") || holds_token(file)))
        || matches!(
            file.extension().as_str(),
            "p12" | "pfx" | "jks" | "keystore"
        )
}

/// Files of package clients are harmless until they hold a token.
fn holds_token(file: &SourceFile) -> bool {
    let text = file.text().to_ascii_lowercase();
    ["_authtoken=", "_auth=", "password", ":$apr1$", ":$2y$"]
        .iter()
        .any(|mark| text.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::super::super::files::ListedFile;
    use super::super::finding::Finding;
    use super::*;

    fn found(path: &str, text: &str) -> Vec<Finding> {
        let file = ListedFile {
            path: path.to_owned(),
            bytes: text.len() as u64,
        };
        let mut findings = Findings::default();
        check(&SourceFile::new(file, Some(text.to_owned())), &mut findings);
        findings.sorted()
    }

    #[test]
    fn every_pattern_compiles() {
        assert!(SHAPE_SET.is_some() && ASSIGNMENT_PARTS.is_some());
    }

    #[test]
    fn secrets_are_found_and_never_repeated() {
        let secret = format!("ghp_{}", "aB3".repeat(12));
        let cases = [
            (format!("x = 1\nconst t = '{secret}'"), "vendor-token", 2),
            (
                "const dbPassword = 'Sup3r-S4fe!pw';".to_owned(),
                "hard-coded-secret",
                1,
            ),
            (
                format!("-----BEGIN RSA {} KEY-----", "PRIVATE"),
                "private-key",
                1,
            ),
        ];
        for (text, rule, line) in cases {
            let found = found("a.js", &text);
            assert_eq!(
                found
                    .iter()
                    .map(|it| (it.rule, it.line))
                    .collect::<Vec<_>>(),
                [(rule, line)]
            );
            let told = format!("{found:?}");
            assert!(!told.contains(&secret) && !told.contains("Sup3r"), "{told}");
        }
    }

    #[test]
    fn placeholders_names_and_tests_are_no_secrets() {
        for text in [
            "api_key = \"your-key-here\"",
            "password: '${PASSWORD}'",
            "const passwordField = 'password_input'",
        ] {
            assert_eq!(found("a.js", text), [], "{text}");
        }
        assert_eq!(found("tests/a.js", "const password = 'Sup3rS4fe!';"), []);
        assert_eq!(
            found("a.rs", "const TOKEN: &str = \"xoxb-a-token-of-the-tests\";"),
            []
        );
        assert_eq!(
            found("a.html", &format!("<b k=\"xox{}\">", "b-1234567890-ab"))[0].rule,
            "vendor-token"
        );
    }

    #[test]
    fn files_that_hold_secrets_are_found_by_name() {
        assert_eq!(found("web/.env", "A=b")[0].rule, "secret-file");
        assert_eq!(found(".env.example", "A=b"), []);
        assert_eq!(found(".npmrc", "save-exact=true"), []);
    }
}
