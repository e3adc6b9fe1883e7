//! Rules that are one pattern on one line.

use std::sync::LazyLock;

use regex::bytes::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use super::finding::{Findings, Rule};
use super::source::{Language, SourceFile};

/// A longer line is machine-made, and no rule about people's code applies to it.
pub(super) const MAX_LINE_BYTES: usize = 2000;

/// A pattern, where it applies, and what it means.
pub(super) struct LineRule {
    pub(super) rule: &'static Rule,
    pub(super) languages: &'static [Language],
    /// The line has one of these.
    pub(super) patterns: &'static [&'static str],
    /// What is found, as a sentence.
    pub(super) message: &'static str,
    /// Tells lines that have the pattern and are in order.
    pub(super) harmless: fn(&str) -> bool,
}

impl LineRule {
    /// A rule without exceptions.
    pub(super) const fn new(
        rule: &'static Rule,
        languages: &'static [Language],
        message: &'static str,
        patterns: &'static [&'static str],
    ) -> Self {
        Self {
            rule,
            languages,
            patterns,
            message,
            harmless: |_| false,
        }
    }

    /// The rule with exceptions.
    pub(super) const fn unless(mut self, harmless: fn(&str) -> bool) -> Self {
        self.harmless = harmless;
        self
    }
}

/// A table of rules whose patterns are searched for together, in one pass over each line.
pub(super) struct LineRules {
    rules: &'static [LineRule],
    set: LazyLock<Option<RegexSet>>,
}

impl LineRules {
    /// `compile` is `|| lines::set_of(RULES)` with the same rules; a static cannot refer to its own field.
    pub(super) const fn new(rules: &'static [LineRule], compile: fn() -> Option<RegexSet>) -> Self {
        Self {
            rules,
            set: LazyLock::new(compile),
        }
    }

    /// Applies the rules to every line of code in `file`. Tests are passed over: what they do is meant to be done.
    pub(super) fn check(&self, file: &SourceFile, findings: &mut Findings) {
        let applies = |rule: &LineRule| rule.languages.contains(&file.language());
        let Some(set) = self.set.as_ref() else { return };
        if !self.rules.iter().any(applies) {
            return;
        }
        for (number, line) in file.code_lines() {
            if line.len() > MAX_LINE_BYTES || is_comment(line) {
                continue;
            }
            let found = set.matches(line.as_bytes());
            for rule in found.iter().filter_map(|index| self.rules.get(index)) {
                if applies(rule) && !(rule.harmless)(line) {
                    findings.add(rule.rule, file, number, rule.message);
                }
            }
        }
    }

    /// Whether all patterns could be compiled.
    #[cfg(test)]
    pub(super) fn compiled(&self) -> bool {
        self.set.is_some()
    }
}

/// The patterns of `rules` as one. Patterns that do not compile find nothing; tests compile them all.
pub(super) fn set_of(rules: &[LineRule]) -> Option<RegexSet> {
    let alternatives: Vec<_> = rules.iter().map(|rule| rule.patterns.join("|")).collect();
    set(alternatives.iter().map(String::as_str))
}

/// Several patterns as one.
pub(super) fn set<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Option<RegexSet> {
    RegexSetBuilder::new(patterns).unicode(false).build().ok()
}

/// One pattern, for what lies between its parentheses.
pub(super) fn pattern(text: &str) -> Option<Regex> {
    RegexBuilder::new(text).unicode(false).build().ok()
}

/// Whether the whole line is a comment in one of the languages here.
pub(super) fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    ["//", "#", "* ", "/*", "--", "<!--"]
        .iter()
        .any(|start| line.starts_with(start))
        && !line.starts_with("#[")
        && !line.starts_with("#!")
}
