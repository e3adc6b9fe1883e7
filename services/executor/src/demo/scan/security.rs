//! Security rules. A secret is never repeated in a finding, only its kind and its place.

use super::finding::{Findings, rules};
use super::scanner::Scanner;
use super::source::SourceFile;
use super::{secrets, security_lines};

pub(super) static SCANNER: Scanner = Scanner {
    rules: || RULES,
    file: check,
    repository: |_, _| {},
};

rules! {
    PRIVATE_KEY = "private-key", Critical, "private keys in files",
        "Revoke the key, issue a new one, and keep it outside the repository; removing the file does not remove it from the history.";
    KNOWN_TOKEN = "vendor-token", Critical, "tokens of known vendors",
        "Revoke the token at its vendor and give the new one by the environment.";
    HARD_CODED = "hard-coded-secret", High, "passwords and keys as literals",
        "Read the value from the environment or a secret store, and change it, for it is in the history now.";
    SECRET_FILE = "secret-file", High, "files that usually hold secrets",
        "Remove the file from the repository, add it to .gitignore, and change what it holds.";
    EVAL = "eval", High, "text run as code",
        "Replace it by a parser, a table of functions, or JSON.";
    HTML_INJECTION = "html-injection", High, "text written into a page as markup",
        "Set textContent, or pass the text through a sanitizer first.";
    SQL = "sql-concatenation", High, "SQL put together from text",
        "Use placeholders and bind the values.";
    TLS = "tls-verification-off", High, "TLS certificates that are not verified",
        "Verify certificates; for a private authority, add its certificate to the trusted ones.";
    SHELL = "shell-injection", High, "commands run by a shell",
        "Start the program directly with a list of arguments.";
    DESERIALIZE = "unsafe-deserialization", High, "formats that run code when read",
        "Read data in a format that holds only data, such as JSON, or use the safe loader.";
    WEAK_HASH = "weak-hash", Medium, "hashes that are broken",
        "Use SHA-256 for integrity, and argon2 or bcrypt for passwords.";
    WEAK_RANDOM = "weak-random", Medium, "secrets from a predictable source of chance",
        "Use the system's cryptographic source of random bytes.";
    CORS = "cors-any-origin", Medium, "answers to every origin",
        "Name the origins that may read the answers.";
    DEBUG = "debug-enabled", Medium, "debug modes switched on",
        "Switch it by the environment, off by default.";
    HTTP = "insecure-url", Low, "addresses without TLS",
        "Use https.";
    OPENER = "target-blank", Low, "new windows that can steer their opener",
        "Add rel=\"noopener\".";
    UNSAFE_RUST = "unsafe-rust", Info, "unsafe code in Rust",
        "Check that a comment says why it is sound, or replace it by safe code.";
    WORLD_WRITABLE = "world-writable", Low, "files that everybody may write",
        "Give write permission to the owner only.";
}

fn check(file: &SourceFile, findings: &mut Findings) {
    secrets::check(file, findings);
    security_lines::check(file, findings);
    check_links(file, findings);
}

fn check_links(file: &SourceFile, findings: &mut Findings) {
    let Some(html) = file.html() else { return };
    for (_, tag) in html.tags() {
        let outside = tag
            .get("href")
            .is_some_and(|href| href.starts_with("http") || href.starts_with("//"));
        let rel = tag.get("rel").unwrap_or_default();
        if tag.name == "a"
            && outside
            && tag.get("target") == Some("_blank")
            && !rel.contains("noopener")
            && !rel.contains("noreferrer")
        {
            findings.add(
                &OPENER,
                file,
                tag.line,
                "A foreign page is opened in a new window.",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::scan_texts;
    use super::*;
    use crate::demo::AgentKind;

    fn found(path: &str, text: &str) -> Vec<(&'static str, u32)> {
        let found = scan_texts(AgentKind::Security, &[(path, text)]);
        found
            .into_iter()
            .map(|(rule, _, line)| (rule, line))
            .collect()
    }

    #[test]
    fn every_pattern_compiles() {
        assert!(security_lines::compiled());
    }

    #[test]
    fn dangerous_lines_are_found_where_they_are() {
        let cases = [
            ("a.js", "let x;\neval(input)", "eval", 2),
            ("a.js", "el.innerHTML = name", "html-injection", 1),
            (
                "a.tsx",
                "<p dangerouslySetInnerHTML={{__html: x}} />",
                "html-injection",
                1,
            ),
            (
                "a.js",
                "db.query(`SELECT * FROM users WHERE id = ${id}`)",
                "sql-concatenation",
                1,
            ),
            (
                "a.py",
                "\ncur.execute(\"SELECT a FROM b WHERE c = \" + d)",
                "sql-concatenation",
                2,
            ),
            (
                "a.rs",
                "let q = format!(\"DELETE FROM t WHERE id = {id}\");",
                "sql-concatenation",
                1,
            ),
            (
                "a.py",
                "requests.get(u, verify=False)",
                "tls-verification-off",
                1,
            ),
            (
                "a.py",
                "subprocess.run(cmd, shell=True)",
                "shell-injection",
                1,
            ),
            ("a.js", "exec(`ls ${folder}`)", "shell-injection", 1),
            ("a.py", "yaml.load(text)", "unsafe-deserialization", 1),
            ("a.js", "createHash('md5')", "weak-hash", 1),
            ("a.js", "const token = Math.random()", "weak-random", 1),
            ("a.rs", "unsafe { go() }", "unsafe-rust", 1),
            ("a.js", "fetch('http://api.acme.com/')", "insecure-url", 1),
            (
                "a.html",
                "<a href=\"https://x.org\" target=\"_blank\">x</a>",
                "target-blank",
                1,
            ),
            ("a.sh", "chmod -R 777 /srv", "world-writable", 1),
        ];
        for (path, text, rule, line) in cases {
            assert_eq!(found(path, text), [(rule, line)], "{text}");
        }
    }

    #[test]
    fn harmless_lines_are_left_alone() {
        let cases = [
            ("a.js", "// eval(input)"),
            ("a.js", "model.eval()"),
            ("a.js", "if (el.innerHTML == '') {}"),
            (
                "a.js",
                "db.query('SELECT * FROM users WHERE id = $1', [id])",
            ),
            ("a.py", "yaml.load(text, Loader=yaml.SafeLoader)"),
            ("a.js", "fetch('http://localhost:3000/')"),
            ("a.html", "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>"),
            ("a.js", "eval(input) // errand:ignore"),
            ("a.rs", "#![forbid(unsafe_code)]"),
            (
                "a.rs",
                "let q = format!(\"INSERT INTO t ({COLUMNS}) VALUES (?1, ?2)\");",
            ),
            (
                "a.rs",
                "let q = format!(\"SELECT {COLUMNS} FROM {name} t WHERE 1 = 1\");",
            ),
            (
                "a.rs",
                "fn a() {}\n#[cfg(test)]\nmod tests {\n unsafe { b() } }",
            ),
            ("tests/a.py", "run(cmd, shell=True)"),
        ];
        for (path, text) in cases {
            assert_eq!(found(path, text), [], "{text}");
        }
    }
}
