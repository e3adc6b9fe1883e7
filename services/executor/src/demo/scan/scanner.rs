//! Applies a family of rules to a repository.

use std::path::Path;

use super::super::files::{self, MAX_TOTAL_BYTES};
use super::super::task::AgentKind;
use super::finding::{Finding, Findings, Rule};
use super::source::SourceFile;
use super::{accessibility, performance, security, seo};

/// What a scan found and how far it looked.
#[derive(Debug)]
pub(in super::super) struct Scan {
    /// The most severe first, then by file and line.
    pub(in super::super) findings: Vec<Finding>,
    /// The rules that were applied.
    pub(in super::super) rules: &'static [&'static Rule],
    /// Files that are there.
    pub(in super::super) listed: usize,
    /// Files whose text was read.
    pub(in super::super) read: usize,
    /// Sentences about what was not looked at.
    pub(in super::super) limits: Vec<String>,
}

/// A family of rules.
pub(super) struct Scanner {
    pub(super) rules: fn() -> &'static [&'static Rule],
    /// Looks at one file by itself.
    pub(super) file: fn(&SourceFile, &mut Findings),
    /// Looks at all files together.
    pub(super) repository: fn(&[SourceFile], &mut Findings),
}

/// The rules for a kind of agent; codegen has none.
fn scanner(kind: AgentKind) -> Option<&'static Scanner> {
    match kind {
        AgentKind::Codegen => None,
        AgentKind::Security => Some(&security::SCANNER),
        AgentKind::Seo => Some(&seo::SCANNER),
        AgentKind::Performance => Some(&performance::SCANNER),
        AgentKind::Accessibility => Some(&accessibility::SCANNER),
    }
}

/// The rules that [`scan`] applies for `kind`.
pub(in super::super) fn rules(kind: AgentKind) -> &'static [&'static Rule] {
    scanner(kind).map_or(&[], |it| (it.rules)())
}

/// Scans the files under `root`. It reads files, so it belongs on a thread that may block.
///
/// # Errors
/// When `root` itself cannot be read.
pub(in super::super) fn scan(kind: AgentKind, root: &Path) -> std::io::Result<Scan> {
    let listing = files::list(root)?;
    let mut sources = Vec::with_capacity(listing.files.len());
    let (mut read, mut bytes, mut unread) = (0, 0, 0);
    for file in listing.files {
        let within = bytes + file.bytes <= MAX_TOTAL_BYTES;
        let text = if within {
            files::read_text(root, &file)
        } else {
            None
        };
        match &text {
            Some(text) => (read, bytes) = (read + 1, bytes + text.len() as u64),
            None if !within => unread += 1,
            None => {}
        }
        sources.push(SourceFile::new(file, text));
    }
    let mut limits = Vec::new();
    if listing.cut {
        limits.push(format!(
            "Only the first {} files were looked at.",
            files::MAX_FILES
        ));
    }
    if unread > 0 {
        limits.push(format!(
            "{unread} files were not read, for {MAX_TOTAL_BYTES} bytes is the limit of one scan."
        ));
    }
    let mut findings = Findings::default();
    let rules = apply(kind, &sources, &mut findings);
    limits.extend(findings.limit_note());
    Ok(Scan {
        findings: findings.sorted(),
        rules,
        listed: sources.len(),
        read,
        limits,
    })
}

fn apply(
    kind: AgentKind,
    sources: &[SourceFile],
    findings: &mut Findings,
) -> &'static [&'static Rule] {
    let Some(scanner) = scanner(kind) else {
        return &[];
    };
    for source in sources.iter().filter(|source| !source.ignored()) {
        (scanner.file)(source, findings);
    }
    (scanner.repository)(sources, findings);
    (scanner.rules)()
}

/// Applies the rules of `kind` to files given as path and text.
#[cfg(test)]
pub(super) fn scan_texts(
    kind: AgentKind,
    texts: &[(&str, &str)],
) -> Vec<(&'static str, String, u32)> {
    let sources: Vec<_> = texts
        .iter()
        .map(|(path, text)| {
            let file = files::ListedFile {
                path: (*path).to_owned(),
                bytes: text.len() as u64,
            };
            SourceFile::new(file, Some((*text).to_owned()))
        })
        .collect();
    let mut findings = Findings::default();
    apply(kind, &sources, &mut findings);
    findings
        .sorted()
        .into_iter()
        .map(|it| (it.rule, it.file, it.line))
        .collect()
}
