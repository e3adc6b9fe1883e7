//! The security rules that are a pattern on a line.

use super::finding::Findings;
use super::lines::{self, LineRule, LineRules};
use super::security::{
    CORS, DEBUG, DESERIALIZE, EVAL, HTML_INJECTION, HTTP, SHELL, SQL, TLS, UNSAFE_RUST, WEAK_HASH,
    WEAK_RANDOM, WORLD_WRITABLE,
};
use super::source::Language::{self, Html, OtherCode, Python, Rust, Script};
use super::source::SourceFile;

const CODE: &[Language] = &[Html, Script, Python, Rust, OtherCode];
const WEB: &[Language] = &[Html, Script];

static LINES: LineRules = LineRules::new(LINE_RULES, || lines::set_of(LINE_RULES));

static LINE_RULES: &[LineRule] = &[
    LineRule::new(
        &EVAL,
        WEB,
        "Text is run as code.",
        &[r"(^|[^.\w])eval\s*\(", r"\bnew\s+Function\s*\("],
    ),
    LineRule::new(
        &EVAL,
        &[Python],
        "Text is run as code.",
        &[r"(^|[^.\w])(eval|exec)\s*\("],
    ),
    LineRule::new(
        &HTML_INJECTION,
        WEB,
        "Text is written into the page as markup.",
        &[
            r"\.(inner|outer)HTML\s*\+?=[^=]",
            r"\bdocument\.write(ln)?\s*\(",
            r"\binsertAdjacentHTML\s*\(",
            r"dangerouslySetInnerHTML\s*=",
        ],
    ),
    LineRule::new(
        &SQL,
        CODE,
        "SQL is put together from text and values.",
        &[
            r#"(?i)["'`]\s*(select\s[^"'`]*\sfrom|insert\s+into|update\s+\w+\s+set|delete\s+from)\b[^"'`]*["']\s*(\+|\.\s*\$|%\s*[\(\w])"#,
            r"(?i)`\s*(select\s[^`]*\sfrom|insert\s+into|update\s+\w+\s+set|delete\s+from)\b[^`]*\$\{",
        ],
    ),
    LineRule::new(
        &SQL,
        &[Python, Rust],
        "SQL is put together from text and values.",
        // Names of tables and columns cannot be bound; only what stands where a value does is meant.
        &[
            r#"(?i)(\bf["']|format!\(\s*")\s*(select\s.*\sfrom|update\s+\w+\s+set|delete\s+from)\b.*(=|<|>|'|,|\bin\s*\(|\blike|\blimit)\s*\{"#,
            r#"(?i)(\bf["']|format!\(\s*")\s*insert\s+into\b.*\bvalues\s*\(.*\{"#,
        ],
    ),
    LineRule::new(
        &TLS,
        CODE,
        "Certificates are not verified.",
        &[
            r"verify\s*=\s*False",
            r#"rejectUnauthorized["']?\s*:\s*false"#,
            r"danger_accept_invalid_certs\s*\(\s*true",
            r"InsecureSkipVerify\s*:\s*true",
            r#"NODE_TLS_REJECT_UNAUTHORIZED["']?\]?\s*=\s*["']?0"#,
            r"\bssl\.CERT_NONE\b",
            r"\bcurl\s+(-\w+\s+)*(-\w*k\w*|--insecure)\s",
        ],
    ),
    LineRule::new(
        &SHELL,
        &[Python],
        "A command is run by a shell.",
        &[r"shell\s*=\s*True", r"\bos\.(system|popen)\s*\("],
    ),
    LineRule::new(
        &SHELL,
        WEB,
        "A command line is put together and run by a shell.",
        &[r#"\bexec(Sync)?\s*\(\s*(`[^`]*\$\{|["'][^"']*["']\s*\+)"#],
    ),
    LineRule::new(
        &DESERIALIZE,
        CODE,
        "Reading this format can run code.",
        &[
            r"\bpickle\.loads?\s*\(",
            r"\byaml\.load\s*\(",
            r"\bMarshal\.load\s*\(",
            r"\bunserialize\s*\(",
            r"ObjectInputStream\s*\(",
        ],
    )
    .unless(|line| line.contains("SafeLoader")),
    LineRule::new(
        &WEAK_HASH,
        CODE,
        "This hash is broken.",
        &[
            r"\bhashlib\.(md5|sha1)\s*\(",
            r#"(?i)\bcreateHash\s*\(\s*["'](md5|sha1)["']"#,
            r"\b(md5::compute|Md5::new|Sha1::new)\b",
            r"\bDigest::(MD5|SHA1)\b",
            r#"\bgetInstance\s*\(\s*"(MD5|SHA-?1)""#,
        ],
    ),
    LineRule::new(
        &WEAK_RANDOM,
        WEB,
        "Math.random is predictable.",
        &[r"(?i)(token|secret|password|session|nonce|salt|api_?key)\w*\s*[:=].*Math\.random\s*\("],
    ),
    LineRule::new(
        &WEAK_RANDOM,
        &[Python],
        "The random module is predictable.",
        &[
            r"(?i)(token|secret|password|session|nonce|salt|api_?key)\w*\s*=.*\brandom\.(random|randint|choice)",
        ],
    ),
    LineRule::new(
        &CORS,
        CODE,
        "Every origin may read the answers.",
        &[
            r#"Access-Control-Allow-Origin["']?\s*[,:]\s*["']\*"#,
            r#"\borigin\s*:\s*["']\*["']"#,
            r"CorsLayer::(very_)?permissive",
        ],
    ),
    LineRule::new(
        &DEBUG,
        &[Python],
        "The debug mode is on.",
        &[r"^\s*DEBUG\s*=\s*True", r"\bdebug\s*=\s*True"],
    ),
    LineRule::new(
        &UNSAFE_RUST,
        &[Rust],
        "This code is unsafe.",
        &[r"\bunsafe\s*(\{|fn\b|impl\b|extern\b)"],
    ),
    LineRule::new(
        &WORLD_WRITABLE,
        CODE,
        "Everybody may write this.",
        &[
            r"\bchmod\s+(-\w+\s+)*0?777\b",
            r"\bchmod\s*\([^)]*0o?777",
            r"from_mode\s*\(\s*0o777",
        ],
    ),
    LineRule::new(
        &HTTP,
        CODE,
        "This address is without TLS.",
        &[r#"["'(=]http://[a-zA-Z0-9]"#],
    )
    .unless(is_plain_address),
];

/// Hosts for which TLS means nothing: this machine, examples, and names of XML vocabularies.
const PLAIN_HOSTS: [&str; 10] = [
    "localhost",
    "127.",
    "0.0.0.0",
    "[::1]",
    "example.",
    "www.w3.org",
    "schemas.",
    "xmlns.",
    "purl.org",
    "10.",
];

/// Applies the rules to `file`.
pub(super) fn check(file: &SourceFile, findings: &mut Findings) {
    LINES.check(file, findings);
}

fn is_plain_address(line: &str) -> bool {
    line.contains("xmlns")
        || line
            .split("http://")
            .skip(1)
            .all(|rest| PLAIN_HOSTS.iter().any(|host| rest.starts_with(host)))
}

/// Whether all patterns could be compiled.
#[cfg(test)]
pub(super) fn compiled() -> bool {
    LINES.compiled()
}
