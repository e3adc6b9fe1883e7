//! Slack's own markup as HTML: `*bold*`, `_italic_`, `~struck~`, `` `code` ``, `<https://…|label>`, `:tada:`.

use super::markdown::clean;

const EMOJI: [(&str, &str); 8] = [
    (":tada:", "🎉"),
    (":white_check_mark:", "✅"),
    (":x:", "❌"),
    (":rocket:", "🚀"),
    (":warning:", "⚠️"),
    (":hourglass:", "⏳"),
    (":eyes:", "👀"),
    (":robot_face:", "🤖"),
];
const MARKS: [(char, &str); 4] = [('*', "strong"), ('_', "em"), ('~', "del"), ('`', "code")];

/// Sanitised HTML of a text in Slack's markup.
pub(super) fn to_html(text: &str) -> String {
    let mut html = String::new();
    for (index, part) in text.split("```").enumerate() {
        if index % 2 == 1 {
            html.push_str(&format!("<pre>{}</pre>", escape(part.trim_matches('\n'))));
        } else {
            html.push_str(&inline(part));
        }
    }
    clean(&html)
}

/// Sanitised HTML of a text without markup.
pub(super) fn plain(text: &str) -> String {
    clean(&with_emoji(&escape(text)).replace('\n', "<br>"))
}

fn inline(text: &str) -> String {
    let mut html = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        html.push_str(&words(before));
        let Some((token, behind)) = after.split_once('>') else {
            html.push_str(&words(&rest[before.len()..]));
            return html;
        };
        html.push_str(&reference(token));
        rest = behind;
    }
    html.push_str(&words(rest));
    html
}

/// `https://…|label`, `@U…`, `#C…|name`, `!here`.
fn reference(token: &str) -> String {
    let (target, label) = token.split_once('|').unwrap_or((token, token));
    match target.chars().next() {
        Some('@') => format!(
            "<strong>{}</strong>",
            escape(if label == target { "@someone" } else { label })
        ),
        Some('#') => format!(
            "<strong>#{}</strong>",
            escape(label.trim_start_matches('#'))
        ),
        Some('!') => format!(
            "<strong>@{}</strong>",
            escape(label.trim_start_matches('!'))
        ),
        _ => format!("<a href=\"{}\">{}</a>", escape(target), escape(label)),
    }
}

fn words(text: &str) -> String {
    let lines: Vec<String> = with_emoji(&escape(text)).split('\n').map(marked).collect();
    lines.join("<br>")
}

/// Puts tags where a mark opens before a word and closes behind one on the same line.
fn marked(line: &str) -> String {
    for (mark, tag) in MARKS {
        let Some(open) = opening(line, mark) else {
            continue;
        };
        let inner_start = open + mark.len_utf8();
        let Some(length) = line[inner_start..].find(mark).filter(|length| *length > 0) else {
            continue;
        };
        let (inner, behind) = (
            &line[inner_start..inner_start + length],
            &line[inner_start + length + mark.len_utf8()..],
        );
        if inner.starts_with(' ') || inner.ends_with(' ') {
            continue;
        }
        let inner = if tag == "code" {
            inner.to_owned()
        } else {
            marked(inner)
        };
        return format!(
            "{}<{tag}>{inner}</{tag}>{}",
            marked(&line[..open]),
            marked(behind)
        );
    }
    line.to_owned()
}

fn opening(line: &str, mark: char) -> Option<usize> {
    line.char_indices().find_map(|(at, c)| {
        let after_word = line[..at]
            .chars()
            .next_back()
            .is_some_and(char::is_alphanumeric);
        (c == mark && !after_word).then_some(at)
    })
}

fn with_emoji(text: &str) -> String {
    EMOJI.iter().fold(text.to_owned(), |text, (name, emoji)| {
        text.replace(name, emoji)
    })
}

/// Escapes for HTML; senders have escaped `&`, `<` and `>` already, as Slack asks.
fn escape(text: &str) -> String {
    let plain = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    plain
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slacks_markup_becomes_html() {
        assert_eq!(
            to_html("*Done* _soon_ ~no~ `x*y*`"),
            "<strong>Done</strong> <em>soon</em> <del>no</del> <code>x*y*</code>"
        );
        assert_eq!(
            to_html("a &amp; b &lt;c&gt;\n:tada:"),
            "a &amp; b &lt;c&gt;<br>🎉"
        );
        let link = to_html("<https://example.com/pr/1|PR *1*>");
        assert!(
            link.contains("href=\"https://example.com/pr/1\"") && link.contains(">PR *1*</a>"),
            "{link}"
        );
        assert_eq!(
            to_html("```\nlet a = b * c * d;\n```"),
            "<pre>let a = b * c * d;</pre>"
        );
        assert_eq!(to_html("snake_case_name 2*3*4"), "snake_case_name 2*3*4");
    }

    #[test]
    fn a_link_cannot_act() {
        for text in [
            "<javascript:x()|y>",
            "<https://e.com\" onclick=\"x()|y>",
            "<script>x()</script>",
        ] {
            let html = to_html(text);
            assert!(
                !html.contains("javascript:")
                    && !html.contains("onclick=\"")
                    && !html.contains("<script"),
                "{html}"
            );
        }
    }
}
