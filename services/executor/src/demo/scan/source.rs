//! One file as the rules see it.

use std::sync::OnceLock;

use super::super::files::ListedFile;
use super::html::Html;

/// A line with this word is passed over.
const IGNORE_LINE: &str = "errand:ignore";
/// A file with this word near its top is passed over.
const IGNORE_FILE: &str = "errand:ignore-file";
/// How near.
const IGNORE_FILE_LINES: usize = 20;

/// What a file is written in, as far as the rules care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Html,
    Style,
    Script,
    Python,
    Rust,
    OtherCode,
    Prose,
    Data,
}

/// A listed file with its text, where it has one that could be read.
#[derive(Debug)]
pub(super) struct SourceFile {
    file: ListedFile,
    text: Option<String>,
    language: Language,
    html: OnceLock<Html>,
    /// The line from which on a Rust file holds its own tests.
    tests_from: u32,
}

impl SourceFile {
    pub(super) fn new(file: ListedFile, text: Option<String>) -> Self {
        let language = language(&file.extension());
        let tests_from = match (&text, language) {
            (Some(text), Language::Rust) => (1..)
                .zip(text.lines())
                .find(|(_, line)| line.starts_with("#[cfg(test)]")),
            _ => None,
        };
        Self {
            tests_from: tests_from.map_or(u32::MAX, |(line, _)| line),
            file,
            text,
            language,
            html: OnceLock::new(),
        }
    }

    pub(super) fn path(&self) -> &str {
        &self.file.path
    }

    /// The last part of the path.
    pub(super) fn name(&self) -> &str {
        self.path().rsplit('/').next().unwrap_or_default()
    }

    pub(super) const fn bytes(&self) -> u64 {
        self.file.bytes
    }

    pub(super) fn extension(&self) -> String {
        self.file.extension()
    }

    pub(super) const fn language(&self) -> Language {
        self.language
    }

    /// The text, empty where it could not be read.
    pub(super) fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    /// The lines with their numbers from 1.
    pub(super) fn lines(&self) -> impl Iterator<Item = (u32, &str)> {
        (1..).zip(self.text().lines())
    }

    /// The lines that are no tests.
    pub(super) fn code_lines(&self) -> impl Iterator<Item = (u32, &str)> {
        let end = if self.is_test() { 0 } else { self.tests_from };
        self.lines().take_while(move |(line, _)| *line < end)
    }

    /// The file as HTML, `None` when it is none.
    pub(super) fn html(&self) -> Option<&Html> {
        (self.language == Language::Html)
            .then(|| self.html.get_or_init(|| Html::parse(self.text())))
    }

    /// Whether the file is a test or a fixture, where a weakness is often intended.
    fn is_test(&self) -> bool {
        let path = self.path().to_ascii_lowercase();
        path.split('/')
            .any(|part| matches!(part, "test" | "tests" | "__tests__" | "fixtures" | "spec"))
            || [".test.", ".spec.", "_test."]
                .iter()
                .any(|mark| path.contains(mark))
    }

    /// Whether the line belongs to a test.
    pub(super) fn is_test_line(&self, line: u32) -> bool {
        line >= self.tests_from || self.is_test()
    }

    /// Whether the file as a whole asks to be passed over.
    pub(super) fn ignored(&self) -> bool {
        self.text()
            .lines()
            .take(IGNORE_FILE_LINES)
            .any(|line| line.contains(IGNORE_FILE))
    }

    /// Whether this line asks to be passed over.
    pub(super) fn line_ignored(&self, line: u32) -> bool {
        let index = line.saturating_sub(1) as usize;
        self.text()
            .lines()
            .nth(index)
            .is_some_and(|text| text.contains(IGNORE_LINE))
    }
}

fn language(extension: &str) -> Language {
    match extension {
        "html" | "htm" | "xhtml" | "vue" | "svelte" | "astro" | "hbs" | "ejs" | "njk" | "j2"
        | "jinja" | "jinja2" | "erb" | "liquid" | "jsx" | "tsx" => Language::Html,
        "css" | "scss" | "sass" | "less" => Language::Style,
        "js" | "mjs" | "cjs" | "ts" | "mts" | "cts" => Language::Script,
        "py" => Language::Python,
        "rs" => Language::Rust,
        "go" | "rb" | "php" | "java" | "kt" | "cs" | "c" | "h" | "cc" | "cpp" | "hpp" | "swift"
        | "scala" | "sh" | "bash" | "sql" | "pl" | "ex" | "exs" | "lua" => Language::OtherCode,
        "md" | "txt" | "rst" | "adoc" => Language::Prose,
        _ => Language::Data,
    }
}

impl Language {
    /// Whether a machine runs it.
    pub(super) const fn is_code(self) -> bool {
        matches!(
            self,
            Self::Html | Self::Script | Self::Python | Self::Rust | Self::OtherCode
        )
    }
}
