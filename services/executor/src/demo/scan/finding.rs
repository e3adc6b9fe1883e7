//! What a rule found.

use std::collections::HashMap;

use serde::Serialize;

use super::source::SourceFile;

/// Findings of one rule that are kept: a repository with more has a problem that no list solves, and a rule that
/// finds much must not crowd out those that find what is worse.
const MAX_OF_RULE: usize = 100;
/// Findings of one rule in one file that are kept: the rest says nothing new.
const MAX_SAME: usize = 25;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum Severity {
    Critical,
    High,
    Medium,
    Low,
    Info,
}

impl Severity {
    /// Every severity, the worst first.
    pub(in super::super) const ALL: [Self; 5] = [
        Self::Critical,
        Self::High,
        Self::Medium,
        Self::Low,
        Self::Info,
    ];

    /// The word in reports.
    pub(in super::super) const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Info => "info",
        }
    }
}

/// A rule, as reports name it.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Rule {
    pub(in super::super) id: &'static str,
    pub(in super::super) severity: Severity,
    /// What it looks for, as a phrase.
    pub(in super::super) about: &'static str,
    /// What to do about a finding, as a sentence.
    pub(in super::super) advice: &'static str,
}

/// Declares the rules of a family, each as a static of its own and all as `RULES`.
macro_rules! rules {
    ($($name:ident = $id:literal, $severity:ident, $about:literal, $advice:literal;)*) => {
        $(pub(super) static $name: $crate::demo::scan::Rule = $crate::demo::scan::Rule {
            id: $id,
            severity: $crate::demo::scan::Severity::$severity,
            about: $about,
            advice: $advice,
        };)*
        /// Every rule of this family.
        static RULES: &[&$crate::demo::scan::Rule] = &[$(&$name),*];
    };
}
pub(super) use rules;

/// One place where a rule applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in super::super) struct Finding {
    pub(in super::super) rule: &'static str,
    pub(in super::super) severity: Severity,
    pub(in super::super) file: String,
    /// From 1.
    pub(in super::super) line: u32,
    pub(in super::super) message: String,
    pub(in super::super) advice: &'static str,
}

/// Collects findings within bounds.
#[derive(Debug, Default)]
pub(super) struct Findings {
    kept: Vec<Finding>,
    by_rule: HashMap<&'static str, usize>,
    left_out: usize,
}

impl Findings {
    /// Adds a finding, unless its line asks to be ignored.
    pub(super) fn add(
        &mut self,
        rule: &Rule,
        file: &SourceFile,
        line: u32,
        message: impl Into<String>,
    ) {
        let of_rule = self.by_rule.entry(rule.id).or_default();
        let same = self
            .kept
            .iter()
            .rev()
            .take_while(|it| it.file == file.path());
        let same = same.filter(|it| it.rule == rule.id).count();
        if *of_rule >= MAX_OF_RULE || same >= MAX_SAME {
            self.left_out += 1;
            return;
        }
        if file.line_ignored(line) {
            return;
        }
        *of_rule += 1;
        self.kept.push(Finding {
            rule: rule.id,
            severity: rule.severity,
            file: file.path().to_owned(),
            line: line.max(1),
            message: message.into(),
            advice: rule.advice,
        });
    }

    /// A sentence about findings that were left out.
    pub(super) fn limit_note(&self) -> Option<String> {
        (self.left_out > 0).then(|| {
            format!(
                "{} further findings were left out: at most {MAX_SAME} of one rule in one file \
                 and {MAX_OF_RULE} of one rule altogether are listed.",
                self.left_out
            )
        })
    }

    /// The worst first, then by place.
    pub(super) fn sorted(mut self) -> Vec<Finding> {
        self.kept.sort_by(|a, b| {
            (a.severity, &a.file, a.line, a.rule).cmp(&(b.severity, &b.file, b.line, b.rule))
        });
        self.kept
    }
}
