//! Inserts markup into a page without disturbing the rest of it.

use super::super::scan::{Html, Tag, Token};

/// Elements that may be a hero section.
const HERO_ELEMENTS: [&str; 4] = ["section", "header", "div", "main"];

/// A place in a page at which markup can be inserted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Byte offset of the line's start before which the markup goes.
    at: usize,
    /// What the inserted lines are indented by.
    indent: String,
    /// For people.
    pub(super) name: String,
}

/// The end of the hero section: the first element whose class or id has "hero" as a word.
pub(super) fn hero_end(page: &str) -> Option<Place> {
    let html = Html::parse(page);
    let (index, tag) = html
        .tags()
        .find(|(_, tag)| HERO_ELEMENTS.contains(&tag.name.as_str()) && is_hero(tag))?;
    before_end(
        page,
        &html,
        index,
        format!("the hero section (line {})", tag.line),
    )
}

/// The beginning of `<main>`, or of the body where there is none.
pub(super) fn main_start(page: &str) -> Option<Place> {
    let html = Html::parse(page);
    let (_, tag) = html.first("main").or_else(|| html.first("body"))?;
    let name = format!("the start of <{}> (line {})", tag.name, tag.line);
    Some(after(page, tag, name))
}

/// The end of `<main>`, or of the body where there is none.
pub(super) fn main_end(page: &str) -> Option<Place> {
    let html = Html::parse(page);
    let (index, tag) = html.first("main").or_else(|| html.first("body"))?;
    before_end(page, &html, index, format!("the end of <{}>", tag.name))
}

/// The end of the page's header or navigation, or the beginning of the body.
pub(super) fn header_end(page: &str) -> Option<Place> {
    let html = Html::parse(page);
    let found = html
        .tags()
        .find(|(_, tag)| tag.name == "nav" || (tag.name == "header" && !is_hero(tag)));
    if let Some((index, tag)) = found {
        return before_end(
            page,
            &html,
            index,
            format!("the <{}> (line {})", tag.name, tag.line),
        );
    }
    html.first("body")
        .map(|(_, tag)| after(page, tag, "the start of <body>".to_owned()))
}

/// The end of the head, for style sheets.
pub(super) fn head_end(page: &str) -> Option<Place> {
    let html = Html::parse(page);
    let (index, _) = html.first("head")?;
    before_end(page, &html, index, "the head".to_owned())
}

/// The end of the body, for scripts; the end of the page where it has no body.
pub(super) fn body_end(page: &str) -> Place {
    let html = Html::parse(page);
    html.first("body")
        .and_then(|(index, _)| before_end(page, &html, index, "the end of the body".to_owned()))
        .unwrap_or_else(|| Place {
            at: page.len(),
            indent: String::new(),
            name: "the end of the page".to_owned(),
        })
}

/// The page with `markup` inserted at `place`, each line indented as its surroundings.
pub(super) fn insert(page: &str, place: &Place, markup: &str) -> String {
    let mut text = page[..place.at].to_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    for line in markup.lines() {
        if !line.is_empty() {
            text.push_str(&place.indent);
            text.push_str(line);
        }
        text.push('\n');
    }
    text.push_str(&page[place.at..]);
    text
}

fn is_hero(tag: &Tag) -> bool {
    ["class", "id"]
        .iter()
        .filter_map(|name| tag.get(name))
        .any(|value| {
            value
                .to_ascii_lowercase()
                .split(|it: char| !it.is_ascii_alphanumeric())
                .any(|word| word == "hero")
        })
}

fn before_end(page: &str, html: &Html, index: usize, name: String) -> Option<Place> {
    let Token::End { at, .. } = html.tokens.get(html.end_of(index)?)? else {
        return None;
    };
    let line = line_start(page, *at);
    let before = &page[line..*at];
    // An end tag that shares its line with contents is split off; its own line keeps its indentation.
    let at = if before.trim().is_empty() { line } else { *at };
    let indent = format!("{}  ", leading_space(before));
    Some(Place { at, indent, name })
}

fn after(page: &str, tag: &Tag, name: String) -> Place {
    let line = line_start(page, tag.span.0);
    let end = tag.span.1;
    let at = if page[end..].starts_with('\n') {
        end + 1
    } else {
        end
    };
    Place {
        at,
        indent: format!("{}  ", leading_space(&page[line..])),
        name,
    }
}

fn line_start(page: &str, at: usize) -> usize {
    page[..at].rfind('\n').map_or(0, |it| it + 1)
}

fn leading_space(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<body>\n  <main>\n    <section class=\"hero big\">\n      <h1>Hi</h1>\n    </section>\n  </main>\n</body>\n";

    #[test]
    fn markup_goes_into_the_hero_with_its_indentation() {
        let place = hero_end(PAGE).unwrap();
        assert_eq!(place.name, "the hero section (line 3)");
        let page = insert(PAGE, &place, "<form>\n</form>");
        assert!(
            page.contains("      <h1>Hi</h1>\n      <form>\n      </form>\n    </section>"),
            "{page}"
        );
    }

    #[test]
    fn a_word_that_only_contains_hero_is_no_hero() {
        assert_eq!(hero_end("<div class=\"heroes\"></div>"), None);
    }

    #[test]
    fn an_end_tag_on_a_shared_line_is_split_off() {
        let page = "<div id=hero><h1>Hi</h1></div>\n";
        let page = insert(page, &hero_end(page).unwrap(), "<form></form>");
        assert_eq!(page, "<div id=hero><h1>Hi</h1>\n  <form></form>\n</div>\n");
    }

    #[test]
    fn pages_without_a_hero_have_other_places() {
        let page = "<body>\n<header>\n<nav></nav>\n</header>\n<p>Hi</p>\n</body>";
        assert_eq!(hero_end(page), None);
        assert_eq!(
            main_start(page).unwrap().name,
            "the start of <body> (line 1)"
        );
        assert!(
            insert(page, &body_end(page), "<script></script>")
                .ends_with("  <script></script>\n</body>")
        );
        assert_eq!(insert("<p>", &body_end("<p>"), "x"), "<p>\nx\n");
    }
}
