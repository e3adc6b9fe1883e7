//! Short pieces of a message on one line: its beginning, or the place where something was found.
use crate::folded::{fold, folded};
use serde::{Serialize, Serializer};
use std::fmt;

/// Characters of a message that a list of conversations shows.
pub const MAX_SNIPPET_CHARS: usize = 140;
const MARK_OF_A_CUT: char = '…';

/// The place of a message where a searched text stands. Shown one after the other the parts are at most
/// [`MAX_SNIPPET_CHARS`] characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Excerpt {
    pub before: String,
    /// The text as it is written there; empty when marks stand inside it, and the excerpt is the beginning.
    pub hit: String,
    pub after: String,
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.before, self.hit, self.after)
    }
}

/// As one text.
impl Serialize for Excerpt {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

/// The beginning of a text.
pub(super) fn snippet(text: &str) -> String {
    // Blank space only shrinks, so a few times the limit is enough to look at.
    let beginning: String = text.chars().take(MAX_SNIPPET_CHARS * 4).collect();
    let line: Vec<_> = one_line(&beginning).chars().collect();
    beginning_of(&line, MAX_SNIPPET_CHARS)
}

/// The first place where `wanted` stands in `text`, in any case.
pub(super) fn excerpt(text: &str, wanted: &str) -> Excerpt {
    let line: Vec<char> = one_line(text).chars().collect();
    let Some((from, to)) = find(&line, &folded([one_line(wanted).as_str()])) else {
        return Excerpt {
            after: snippet(text),
            ..Excerpt::default()
        };
    };
    let hit = &line[from..to.min(from + MAX_SNIPPET_CHARS)];
    let room = MAX_SNIPPET_CHARS - hit.len();
    // More of what follows than of what came before, unless little follows.
    let before = from.min((room / 3).max(room.saturating_sub(line.len() - to)));
    Excerpt {
        before: end_of(&line[..from], before),
        hit: hit.iter().collect(),
        after: beginning_of(&line[to..], room - before),
    }
}

/// Where a folded text stands in a line, in characters of the line.
fn find(line: &[char], wanted: &str) -> Option<(usize, usize)> {
    let mut all = String::new();
    // For every byte of `all` the character it came from.
    let mut origins = Vec::new();
    for (at, letter) in line.iter().enumerate() {
        all.extend(fold(*letter));
        origins.resize(all.len(), at);
    }
    let at = all.find(wanted).filter(|_| !wanted.is_empty())?;
    Some((origins[at], origins[at + wanted.len() - 1] + 1))
}

/// Marks of headings and of bold words are for those who see the whole.
fn one_line(text: &str) -> String {
    let plain = text.replace("**", "");
    let words = plain.split_whitespace();
    let words = words.filter(|word| !word.chars().all(|c| c == '#'));
    words.collect::<Vec<_>>().join(" ")
}

fn beginning_of(line: &[char], max: usize) -> String {
    if line.len() <= max {
        return line.iter().collect();
    }
    let kept: String = line[..max.saturating_sub(1)].iter().collect();
    format!("{}{MARK_OF_A_CUT}", kept.trim_end())
}

fn end_of(line: &[char], max: usize) -> String {
    if line.len() <= max {
        return line.iter().collect();
    }
    let kept = &line[line.len() - max.saturating_sub(1)..];
    let kept: String = kept.iter().collect();
    format!("{MARK_OF_A_CUT}{}", kept.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_found_stands_in_the_excerpt_as_it_was_written() {
        let found = excerpt("We talked\n\n**über** the hero.", "ÜBER  the");
        assert_eq!(found.before, "We talked ");
        assert_eq!(found.hit, "über the");
        assert_eq!(found.after, " hero.");
    }

    #[test]
    fn an_excerpt_is_short_wherever_the_text_stands() {
        let (long, other) = ("word ".repeat(100), "rest ".repeat(100));
        for text in [
            format!("{long}Straße {other}"),
            format!("Straße {other}"),
            format!("{long}Straße"),
        ] {
            let found = excerpt(&text, "STRASSE");
            assert_eq!(found.hit, "Straße");
            let chars = found.to_string().chars().count();
            assert!((MAX_SNIPPET_CHARS - 4..=MAX_SNIPPET_CHARS).contains(&chars));
        }
        let endless = "x".repeat(900);
        assert_eq!(excerpt(&endless, &endless).to_string().chars().count(), 140);
    }

    #[test]
    fn a_text_with_marks_inside_it_is_shown_by_the_beginning_of_its_message() {
        let found = excerpt("a **b**c d", "b**c");
        assert_eq!(found.to_string(), "a bc d");
        assert_eq!(excerpt("1 * 2", "**").after, "1 * 2");
    }
}
