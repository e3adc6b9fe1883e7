//! Unified diffs as lines that can be coloured, here and in fenced code blocks.

/// Lines shown of one diff; the rest is one click away at the code host.
pub const MAX_DIFF_LINES: usize = 3000;

/// What a line of a unified diff is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    Added,
    Removed,
    Hunk,
    Context,
}

impl LineKind {
    pub fn class(self) -> &'static str {
        match self {
            Self::Added => "add",
            Self::Removed => "del",
            Self::Hunk => "hunk",
            Self::Context => "ctx",
        }
    }
}

/// One line with its numbers on either side, where it has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub kind: LineKind,
    pub old: Option<u32>,
    pub new: Option<u32>,
    pub text: String,
}

/// One file's part of a diff.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileDiff {
    pub path: String,
    pub lines: Vec<Line>,
}

/// Splits a unified diff by file. Answers also whether lines were left out.
pub fn parse(diff: &str) -> (Vec<FileDiff>, bool) {
    let mut files: Vec<FileDiff> = Vec::new();
    let mut at = (0, 0);
    for (count, line) in diff.lines().enumerate() {
        if count == MAX_DIFF_LINES {
            return (files, true);
        }
        if let Some(header) = line.strip_prefix("diff --git ") {
            files.push(FileDiff {
                path: path_of(header),
                lines: Vec::new(),
            });
            at = (0, 0);
        } else if let Some(file) = files.last_mut() {
            file.lines.extend(parse_line(line, &mut at));
        }
    }
    (files, false)
}

/// `a/src/x b/src/x` names the file after the last ` b/`.
fn path_of(header: &str) -> String {
    let path = header.rsplit_once(" b/").map_or(header, |(_, path)| path);
    path.to_owned()
}

/// Nothing for the lines between a file's header and its first hunk.
fn parse_line(line: &str, at: &mut (u32, u32)) -> Option<Line> {
    let (kind, text) = match line.as_bytes().first() {
        _ if line.starts_with("@@") => {
            *at = hunk_start(line)?;
            return Some(numbered(LineKind::Hunk, (None, None), line));
        }
        _ if *at == (0, 0) => return None,
        Some(b'+') => (LineKind::Added, &line[1..]),
        Some(b'-') => (LineKind::Removed, &line[1..]),
        Some(b' ') => (LineKind::Context, &line[1..]),
        _ => return Some(numbered(LineKind::Context, (None, None), line)),
    };
    let old = (kind != LineKind::Added).then(|| take(&mut at.0));
    let new = (kind != LineKind::Removed).then(|| take(&mut at.1));
    Some(numbered(kind, (old, new), text))
}

fn numbered(kind: LineKind, (old, new): (Option<u32>, Option<u32>), text: &str) -> Line {
    Line {
        kind,
        old,
        new,
        text: text.to_owned(),
    }
}

fn take(n: &mut u32) -> u32 {
    let now = *n;
    *n = n.saturating_add(1);
    now
}

/// `@@ -1,4 +1,6 @@` begins at old line 1 and new line 1. A new file begins at old line 0.
fn hunk_start(line: &str) -> Option<(u32, u32)> {
    let mut words = line.split_whitespace().skip(1);
    let first = |word: &str, sign: char| {
        let numbers = word.strip_prefix(sign)?;
        numbers.split(',').next()?.parse::<u32>().ok()
    };
    let old = first(words.next()?, '-')?;
    let new = first(words.next()?, '+')?;
    Some((old.max(1), new.max(1)))
}

const DIFF_BLOCK: &str = "<pre><code class=\"language-diff\">";
const BLOCK_END: &str = "</code></pre>";

/// Wraps the lines of ```diff blocks of sanitised HTML in spans that the style sheet colours.
pub fn colour_code_blocks(html: String) -> String {
    if !html.contains(DIFF_BLOCK) {
        return html;
    }
    let mut out = String::with_capacity(html.len() * 2);
    let mut rest = html.as_str();
    while let Some((before, block)) = rest.split_once(DIFF_BLOCK) {
        let Some((code, after)) = block.split_once(BLOCK_END) else {
            break;
        };
        out.push_str(before);
        out.push_str("<pre class=\"diff\" tabindex=\"0\"><code>");
        code.lines().for_each(|line| push_span(&mut out, line));
        out.push_str(BLOCK_END);
        rest = after;
    }
    out.push_str(rest);
    out
}

fn push_span(out: &mut String, line: &str) {
    let kind = match line.as_bytes().first() {
        Some(b'+') => LineKind::Added,
        Some(b'-') => LineKind::Removed,
        Some(b'@') => LineKind::Hunk,
        _ => LineKind::Context,
    };
    out.push_str(&format!("<span class=\"{}\">{line}\n</span>", kind.class()));
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIFF: &str = "diff --git a/index.html b/index.html\nindex 1..2 100644\n--- a/index.html\n\
        +++ b/index.html\n@@ -3,3 +3,4 @@ <main>\n a\n-b\n+c\n+d\n e\n";

    #[test]
    fn lines_carry_their_numbers_on_both_sides() {
        let (files, cut) = parse(DIFF);
        assert!(!cut);
        assert_eq!(files[0].path, "index.html");
        let numbers: Vec<_> = files[0]
            .lines
            .iter()
            .map(|l| (l.kind.class(), l.old, l.new))
            .collect();
        assert_eq!(
            numbers,
            [
                ("hunk", None, None),
                ("ctx", Some(3), Some(3)),
                ("del", Some(4), None),
                ("add", None, Some(4)),
                ("add", None, Some(5)),
                ("ctx", Some(5), Some(6)),
            ]
        );
    }

    #[test]
    fn a_long_diff_is_cut_and_says_so() {
        let long = format!("{DIFF}{}", "+x\n".repeat(MAX_DIFF_LINES));
        assert!(parse(&long).1);
    }

    #[test]
    fn fenced_diffs_are_coloured() {
        let html = colour_code_blocks(format!("{DIFF_BLOCK}+a\n-b\n{BLOCK_END}<p>x</p>"));
        assert_eq!(
            html,
            "<pre class=\"diff\" tabindex=\"0\"><code><span class=\"add\">+a\n</span><span class=\"del\">-b\n</span></code></pre><p>x</p>"
        );
    }
}
