//! Scans of a repository's files, by rules that look at lines, at HTML, or at all files together.
//!
//! The rules are simple on purpose: each finds a pattern that a person can verify at the line it names. A line
//! that contains `errand:ignore` is passed over, and so is a file with `errand:ignore-file` in its first lines.

mod accessibility;
mod contrast;
mod finding;
mod html;
mod lines;
mod page;
mod performance;
mod performance_code;
mod scanner;
mod secrets;
mod security;
mod security_lines;
mod seo;
mod source;

pub(super) use finding::{Finding, Rule, Severity};
pub(super) use html::{Html, Tag, Token};
pub(super) use scanner::{Scan, rules, scan};

#[cfg(test)]
use scanner::scan_texts;
