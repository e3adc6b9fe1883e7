//! Rules for code that runs fast.

use super::finding::Findings;
use super::lines::{self, LineRule, LineRules, is_comment};
use super::performance::{ASYNC_BLOCK, AWAIT_LOOP, NESTED, SELECT_ALL, SYNC_FS, WHOLE_LIBRARY};
use super::source::Language::{Html, OtherCode, Python, Rust, Script};
use super::source::{Language, SourceFile};

/// Loops in each other that are worth a look.
const DEEP_LOOPS: usize = 3;

static LINES: LineRules = LineRules::new(LINE_RULES, || lines::set_of(LINE_RULES));

static LINE_RULES: &[LineRule] = &[
    LineRule::new(
        &WHOLE_LIBRARY,
        &[Script, Html],
        "The whole library is loaded.",
        &[
            r#"import\s+(_|\*\s+as\s+\w+|\w+)\s+from\s+["'](lodash|moment|rxjs|ramda)["']"#,
            r#"require\(["'](lodash|moment)["']\)"#,
        ],
    ),
    LineRule::new(
        &SELECT_ALL,
        &[Script, Python, Rust, OtherCode, Html],
        "Every column is read.",
        &[r"(?i)\bselect\s+\*\s+from\b"],
    ),
];

/// Synchronous functions of Node's file system and process modules.
const SYNC_CALLS: [&str; 11] = [
    "readFileSync(",
    "writeFileSync(",
    "appendFileSync(",
    "readdirSync(",
    "statSync(",
    "existsSync(",
    "mkdirSync(",
    "unlinkSync(",
    "execFileSync(",
    "execSync(",
    "spawnSync(",
];

/// Calls that hold up the thread on which other tasks wait.
const BLOCKING_CALLS: [(Language, &str); 4] = [
    (Rust, "std::thread::sleep("),
    (Rust, "thread::sleep("),
    (Rust, "std::fs::read"),
    (Python, "time.sleep("),
];

/// Applies the rules to `file`.
pub(super) fn check(file: &SourceFile, findings: &mut Findings) {
    if !file.language().is_code() {
        return;
    }
    LINES.check(file, findings);
    check_sync_calls(file, findings);
    check_blocks(file, findings);
}

/// Scripts that run once may block; servers may not, and a file that answers requests is one.
fn check_sync_calls(file: &SourceFile, findings: &mut Findings) {
    let name = file.name();
    let tool = name.contains("config")
        || file
            .path()
            .split('/')
            .any(|it| matches!(it, "scripts" | "bin" | "tools" | "build"));
    let server = [
        "createServer",
        "express(",
        "fastify(",
        "app.get(",
        "router.",
        "async ",
        "export default",
    ]
    .iter()
    .any(|mark| file.text().contains(mark));
    if file.language() != Script || tool || !server {
        return;
    }
    for (number, line) in file.code_lines().filter(|(_, line)| !is_comment(line)) {
        if SYNC_CALLS.iter().any(|call| line.contains(call)) {
            findings.add(
                &SYNC_FS,
                file,
                number,
                "Every other request waits while this runs.",
            );
        }
    }
}

/// A block of code that is open: how far its first line is indented, and what it is.
struct Block {
    indent: usize,
    is_loop: bool,
    is_async: bool,
}

/// Follows the blocks by indentation, which formatted code has in every language here.
fn check_blocks(file: &SourceFile, findings: &mut Findings) {
    let mut open: Vec<Block> = Vec::new();
    for (number, line) in file.code_lines() {
        let code = line.trim_start();
        if code.is_empty() || is_comment(line) {
            continue;
        }
        let indent = line.len() - code.len();
        open.retain(|block| block.indent < indent);
        let looping = is_loop(file.language(), code);
        if looping && open.iter().filter(|it| it.is_loop).count() + 1 == DEEP_LOOPS {
            findings.add(&NESTED, file, number, "This loop is inside two others.");
        }
        let in_loop = open.iter().any(|it| it.is_loop);
        if in_loop && matches!(file.language(), Script | Html) && awaits(code) {
            findings.add(
                &AWAIT_LOOP,
                file,
                number,
                "Each turn of the loop waits for the one before.",
            );
        }
        let in_async = open
            .iter()
            .rev()
            .find(|it| !it.is_loop)
            .is_some_and(|it| it.is_async);
        if in_async && blocking(file.language(), code) {
            findings.add(
                &ASYNC_BLOCK,
                file,
                number,
                "Other tasks on this thread wait while this runs.",
            );
        }
        let is_async = code.contains("async fn ") || code.starts_with("async def ");
        if looping || is_async || code.contains("fn ") || code.starts_with("def ") {
            open.push(Block {
                indent,
                is_loop: looping,
                is_async,
            });
        }
    }
}

fn is_loop(language: Language, code: &str) -> bool {
    match language {
        Script | Html => {
            code.starts_with("for (") || code.starts_with("for(") || code.starts_with("while (")
        }
        Python => {
            (code.starts_with("for ") || code.starts_with("while "))
                && code.trim_end().ends_with(':')
        }
        Rust => {
            code.starts_with("for ") && code.contains(" in ")
                || code.starts_with("while ")
                || code.starts_with("loop {")
        }
        _ => code.starts_with("for ") || code.starts_with("for(") || code.starts_with("while "),
    }
}

fn awaits(code: &str) -> bool {
    code.contains("await ") && !code.starts_with("for await") && !code.contains("Promise.all")
}

fn blocking(language: Language, code: &str) -> bool {
    BLOCKING_CALLS
        .iter()
        .any(|(known, call)| *known == language && code.contains(call))
}

#[cfg(test)]
mod tests {
    use super::super::scan_texts;
    use super::*;
    use crate::demo::AgentKind;

    fn found(path: &str, text: &str) -> Vec<(&'static str, u32)> {
        let found = scan_texts(AgentKind::Performance, &[(path, text)]);
        found
            .into_iter()
            .map(|(rule, _, line)| (rule, line))
            .collect()
    }

    #[test]
    fn every_pattern_compiles() {
        assert!(LINES.compiled());
    }

    #[test]
    fn slow_code_is_found_where_it_is() {
        let cases = [
            (
                "a.js",
                "app.get('/', () => {\n  fs.readFileSync('x')\n})",
                "sync-file-access",
                2,
            ),
            (
                "a.js",
                "for (const a of b) {\n  await get(a)\n}",
                "await-in-loop",
                2,
            ),
            (
                "a.py",
                "for a in b:\n  for c in d:\n    for e in f:\n      pass",
                "nested-loops",
                3,
            ),
            (
                "a.rs",
                "async fn a() {\n    std::thread::sleep(x);\n}",
                "blocking-in-async",
                2,
            ),
            (
                "a.py",
                "async def a():\n    time.sleep(1)",
                "blocking-in-async",
                2,
            ),
            ("a.js", "import _ from 'lodash'", "whole-library-import", 1),
            ("a.sql", "SELECT * FROM users", "select-all-columns", 1),
        ];
        for (path, text, rule, line) in cases {
            assert_eq!(found(path, text), [(rule, line)], "{text}");
        }
    }

    #[test]
    fn code_in_order_is_left_alone() {
        let cases = [
            (
                "scripts/a.js",
                "async function f() {}\nfs.readFileSync('x')",
            ),
            ("a.js", "for (const a of b) {\n}\nawait get(a)"),
            (
                "a.rs",
                "async fn a() {}\nfn b() {\n    std::thread::sleep(x);\n}",
            ),
            (
                "a.py",
                "for a in b:\n  pass\nfor c in d:\n  pass\nfor e in f:\n  pass",
            ),
            ("a.test.js", "for (const a of b) {\n  await get(a)\n}"),
        ];
        for (path, text) in cases {
            assert_eq!(found(path, text), [], "{text}");
        }
    }
}
