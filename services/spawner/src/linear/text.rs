//! Fitting our text into Linear's limits.

/// Linear refuses longer titles; counted in UTF-16 units, as its JavaScript does.
pub(crate) const MAX_TITLE_CHARS: usize = 255;
/// Far below what Linear takes, and more than a person reads in an issue.
pub(crate) const MAX_BODY_CHARS: usize = 60_000;
/// Longer addresses are refused rather than cut: half an address leads nowhere.
pub(crate) const MAX_URL_CHARS: usize = 2_048;

const ELLIPSIS: char = '…';

/// One line of at most [`MAX_TITLE_CHARS`]; line breaks and runs of blanks become one blank.
pub(crate) fn title(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    fit(&line, MAX_TITLE_CHARS)
}

/// At most [`MAX_BODY_CHARS`] of Markdown.
pub(crate) fn body(text: &str) -> String {
    fit(text, MAX_BODY_CHARS)
}

/// The text itself, or its beginning with an ellipsis, in at most `limit` UTF-16 units.
pub(crate) fn fit(text: &str, limit: usize) -> String {
    let units = |text: &str| text.chars().map(char::len_utf16).sum::<usize>();
    if units(text) <= limit {
        return text.to_owned();
    }
    let mut room = limit.saturating_sub(ELLIPSIS.len_utf16());
    let kept = text.chars().take_while(|character| {
        let fits = character.len_utf16() <= room;
        room = room.saturating_sub(character.len_utf16());
        fits
    });
    kept.chain([ELLIPSIS]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_text_is_left_alone_and_long_text_ends_in_an_ellipsis() {
        assert_eq!(fit("short", 5), "short");
        assert_eq!(fit("longer", 5), "long…");
    }

    #[test]
    fn a_surrogate_pair_counts_twice_and_is_never_split() {
        assert_eq!(fit("🎉🎉🎉", 6), "🎉🎉🎉");
        assert_eq!(fit("🎉🎉🎉", 5), "🎉🎉…");
        assert_eq!(fit("🎉🎉🎉", 4), "🎉…");
    }

    #[test]
    fn a_title_is_one_line() {
        assert_eq!(title(" email\n capture\t form "), "email capture form");
        assert_eq!(
            title(&"x".repeat(300)).encode_utf16().count(),
            MAX_TITLE_CHARS
        );
    }
}
