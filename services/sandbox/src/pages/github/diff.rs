//! A file's patch, line by line, with the numbers that people look for.

use crate::repositories::ChangedFile;

const MAX_SHOWN_LINES: usize = 1_500;

/// What a line of a patch is; also its class in the style sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Added,
    Removed,
    Hunk,
    Same,
}

impl Kind {
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Hunk => "hunk",
            Self::Same => "same",
        }
    }
}

/// One line, with its numbers before and after; the text without its first column.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) kind: Kind,
    pub(super) old: Option<u64>,
    pub(super) new: Option<u64>,
    pub(super) text: String,
}

/// One file of the page.
pub(super) struct File {
    pub(super) file: ChangedFile,
    pub(super) lines: Vec<Line>,
    pub(super) hidden_lines: usize,
}

impl From<ChangedFile> for File {
    fn from(file: ChangedFile) -> Self {
        let patch = file.patch.as_deref().unwrap_or_default();
        let hidden_lines = patch.lines().count().saturating_sub(MAX_SHOWN_LINES);
        Self {
            lines: lines(patch),
            hidden_lines,
            file,
        }
    }
}

fn lines(patch: &str) -> Vec<Line> {
    let (mut old, mut new) = (0, 0);
    let line = |text: &str| {
        let count = |number: &mut u64| {
            let at = *number;
            *number += 1;
            Some(at)
        };
        let (kind, before, after) = match text.chars().next() {
            Some('@') => {
                (old, new) = starts(text);
                (Kind::Hunk, None, None)
            }
            Some('+') => (Kind::Added, None, count(&mut new)),
            Some('-') => (Kind::Removed, count(&mut old), None),
            Some(' ') | None => (Kind::Same, count(&mut old), count(&mut new)),
            // "\ No newline at end of file"
            Some(_) => (Kind::Hunk, None, None),
        };
        let shown = if kind == Kind::Hunk {
            text
        } else {
            text.get(1..).unwrap_or_default()
        };
        Line {
            kind,
            old: before,
            new: after,
            text: shown.to_owned(),
        }
    };
    patch.lines().take(MAX_SHOWN_LINES).map(line).collect()
}

/// First line numbers of `@@ -3,4 +5,6 @@`.
fn starts(hunk: &str) -> (u64, u64) {
    let number = |sign: char| {
        let column = hunk
            .split(' ')
            .find_map(|column| column.strip_prefix(sign))?;
        column.split(',').next()?.parse().ok()
    };
    (number('-').unwrap_or(0), number('+').unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_its_numbers() {
        let lines = lines("@@ -3,2 +3,2 @@ fn x\n same\n-old\n+new\n\\ No newline at end of file");
        let shown: Vec<_> = lines
            .iter()
            .map(|line| (line.kind, line.old, line.new, line.text.as_str()))
            .collect();
        assert_eq!(
            shown,
            [
                (Kind::Hunk, None, None, "@@ -3,2 +3,2 @@ fn x"),
                (Kind::Same, Some(3), Some(3), "same"),
                (Kind::Removed, Some(4), None, "old"),
                (Kind::Added, None, Some(4), "new"),
                (Kind::Hunk, None, None, "\\ No newline at end of file"),
            ]
        );
    }
}
