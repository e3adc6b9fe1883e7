//! Fitting text into Slack's limits and taking the meaning out of its three special characters.

const ELLIPSIS: char = '…';

/// The text with `&`, `<` and `>` escaped, in at most `limit` UTF-16 units including an ellipsis if it was cut.
///
/// An escape is never cut in half. Escaped text can neither link nor mention: `<!channel>` is shown as it is written.
pub(crate) fn escaped(text: &str, limit: usize) -> String {
    let text = text.trim();
    let pieces = || text.chars().map(Piece::of);
    if pieces().map(Piece::units).sum::<usize>() <= limit {
        return pieces().fold(String::new(), Piece::append);
    }
    let room = limit.saturating_sub(ELLIPSIS.len_utf16());
    let mut used = 0;
    let kept = pieces().take_while(|piece| {
        used += piece.units();
        used <= room
    });
    let mut cut = kept.fold(String::with_capacity(limit), Piece::append);
    cut.truncate(cut.trim_end().len());
    cut.push(ELLIPSIS);
    cut
}

/// One character as it is sent.
#[derive(Clone, Copy)]
enum Piece {
    Plain(char),
    Escape(&'static str),
}

impl Piece {
    fn of(character: char) -> Self {
        match character {
            '&' => Self::Escape("&amp;"),
            '<' => Self::Escape("&lt;"),
            '>' => Self::Escape("&gt;"),
            plain => Self::Plain(plain),
        }
    }

    fn units(self) -> usize {
        match self {
            Self::Plain(character) => character.len_utf16(),
            Self::Escape(escape) => escape.len(),
        }
    }

    fn append(mut text: String, piece: Self) -> String {
        match piece {
            Self::Plain(character) => text.push(character),
            Self::Escape(escape) => text.push_str(escape),
        }
        text
    }
}

/// A link in Slack's form, or only its label if the address is no http address or too long.
pub(crate) fn link(label: &str, address: &str, label_limit: usize, address_limit: usize) -> String {
    // A bar would end the address.
    let label = escaped(&label.replace('|', "¦"), label_limit);
    let parsed = reqwest::Url::parse(address.trim());
    let Some(url) = parsed
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
    else {
        return label;
    };
    let url = url
        .as_str()
        .replace('|', "%7C")
        .replace('&', "&amp;")
        .replace('<', "%3C")
        .replace('>', "%3E");
    match (url.len() <= address_limit, label.is_empty()) {
        (false, _) => label,
        (true, true) => format!("<{url}>"),
        (true, false) => format!("<{url}|{label}>"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_special_characters_lose_their_meaning() {
        assert_eq!(
            escaped("<!channel> a && b", 100),
            "&lt;!channel&gt; a &amp;&amp; b"
        );
    }

    #[test]
    fn a_cut_never_splits_an_escape_or_a_surrogate_pair() {
        assert_eq!(escaped("ab&cd", 9), "ab&amp;cd");
        assert_eq!(escaped("ab&cd", 8), "ab&amp;…");
        assert_eq!(escaped("ab&cd", 7), "ab…");
        assert_eq!(escaped("🎉🎉", 3), "🎉…");
        assert_eq!(escaped("one two", 5), "one…");
    }

    #[test]
    fn a_link_cannot_break_out_of_its_form() {
        let made = |label, address| link(label, address, 50, 100);
        assert_eq!(
            made("PR #7", "https://example.com/a?b=1&c=2"),
            "<https://example.com/a?b=1&amp;c=2|PR #7>"
        );
        assert_eq!(
            made("a>b|c", "https://example.com/x|y>z"),
            "<https://example.com/x%7Cy%3Ez|a&gt;b¦c>"
        );
        assert_eq!(made("click", "javascript:alert(1)"), "click");
        assert_eq!(made("no address", ""), "no address");
        assert_eq!(made("", "https://example.com"), "<https://example.com/>");
    }

    #[test]
    fn an_address_too_long_leaves_the_label() {
        let long = format!("https://example.com/{}", "a".repeat(200));
        assert_eq!(link("PR", &long, 50, 100), "PR");
    }
}
