//! An agent's words as Markdown that only says something: it calls nobody, closes nothing and hides nothing.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use regex::Regex;

/// A character without width parts a sign from what it would mean together with the next one.
const REWRITES: &[(&str, &str)] = &[
    // A mention sends a person a message.
    (r"(^|[^A-Za-z0-9_`])@([A-Za-z0-9])", "$1@\u{200b}$2"),
    // A reference leaves its trace on another issue, and after some verbs closes it.
    (r"#([0-9])", "#\u{200b}$1"),
    (r"(?i-u)\b(gh)-([0-9])", "$1-\u{200b}$2"),
    (
        r"(?i-u)\b(close[sd]?|fix(?:e[sd])?|resolve[sd]?)(:?\s+[!-~]*/(?:issues|pull)/)",
        "$1\u{200b}$2",
    ),
    // A tag could hide or fold what comes after it.
    (r"<([A-Za-z/!?])", "&lt;$1"),
    // Characters that turn the direction of writing make text look like another.
    ("[\u{202a}-\u{202e}\u{2066}-\u{2069}]", ""),
];

static PATTERNS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let pattern = |(pattern, with): &(&str, &'static str)| Some((Regex::new(pattern).ok()?, *with));
    REWRITES.iter().filter_map(pattern).collect()
});

/// `markdown` as it may stand in a pull request; code stays as it is.
pub(crate) fn harmless(markdown: &str) -> String {
    let mut safe = String::with_capacity(markdown.len());
    let mut done = 0;
    for code in code_in(markdown) {
        if code.start >= done {
            safe.push_str(&rewritten(&markdown[done..code.start]));
            safe.push_str(&markdown[code.clone()]);
            done = code.end;
        }
    }
    safe.push_str(&rewritten(&markdown[done..]));
    safe.push_str(&closing_fence(markdown));
    safe
}

fn rewritten(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for (pattern, with) in PATTERNS.iter() {
        if let Cow::Owned(changed) = pattern.replace_all(&text, *with) {
            text = Cow::Owned(changed);
        }
    }
    text
}

fn code_in(markdown: &str) -> impl Iterator<Item = Range<usize>> {
    let events = Parser::new(markdown).into_offset_iter();
    events.filter_map(|(event, range)| match event {
        Event::Code(_) | Event::Start(Tag::CodeBlock(_)) => Some(range),
        _ => None,
    })
}

/// What closes a block of code that the text leaves open, so that what follows is not taken into it.
fn closing_fence(markdown: &str) -> String {
    let mut last = None;
    let mut fenced = false;
    for (event, range) in Parser::new(markdown).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => fenced = matches!(kind, CodeBlockKind::Fenced(_)),
            Event::End(TagEnd::CodeBlock) if fenced => last = Some(range),
            _ => {}
        }
    }
    let Some(block) = last.filter(|block| block.end >= markdown.trim_end().len()) else {
        return String::new();
    };
    let block = &markdown[block];
    let fence: String = block
        .chars()
        .take_while(|sign| "`~".contains(*sign))
        .collect();
    let last_line = block.trim_end().lines().skip(1).last();
    let closed = last_line.is_some_and(|line| line.trim().starts_with(&fence));
    match closed {
        true => String::new(),
        false => format!("\n{fence}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a reader of the signs sees, without the characters that have no width.
    fn parted(text: &str) -> String {
        harmless(text).replace('\u{200b}', "|")
    }

    #[test]
    fn nobody_is_called_and_nothing_is_closed() {
        assert_eq!(PATTERNS.len(), REWRITES.len());
        for (text, expected) in [
            (
                "Thanks @ada and @acme/team!",
                "Thanks @|ada and @|acme/team!",
            ),
            (
                "Fixes #12, closes acme/site#3",
                "Fixes #|12, closes acme/site#|3",
            ),
            ("resolves GH-7", "resolves GH-|7"),
            (
                "Fixed: https://github.com/o/r/issues/5",
                "Fixed|: https://github.com/o/r/issues/5",
            ),
            ("a <details><summary>x", "a &lt;details>&lt;summary>x"),
            ("<!-- hidden -->", "&lt;!-- hidden -->"),
            ("mail ada@example.com", "mail ada@example.com"),
        ] {
            assert_eq!(parted(text), expected);
        }
    }

    #[test]
    fn code_stays_as_it_is_and_is_closed() {
        let code = "Use `@Component <b> #1`:\n\n```ts\n@Input() a: Array<string>;\n```\n\nDone.";
        assert_eq!(harmless(code), code);
        assert_eq!(harmless("```\nrm -rf"), "```\nrm -rf\n```");
        assert_eq!(harmless("~~~~\nx\n```"), "~~~~\nx\n```\n~~~~");
    }

    #[test]
    fn a_sign_that_opens_no_code_hides_nothing_from_the_rules() {
        assert_eq!(parted("` @ada #1"), "` @|ada #|1");
    }
}
