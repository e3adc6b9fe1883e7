//! A forgiving reader of HTML and of templates that look like it: tags with attributes, texts, and their lines.

/// A piece of a page, in the order of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Token {
    Start(Tag),
    /// `</name>`; `at` is its byte offset in the page.
    End {
        name: String,
        at: usize,
    },
    /// Text between tags, with template expressions kept as they stand.
    Text(String),
}

/// A start tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Tag {
    /// In lower case.
    pub(in super::super) name: String,
    pub(in super::super) attributes: Vec<(String, String)>,
    /// The line on which the tag begins, from 1.
    pub(in super::super) line: u32,
    /// Where the tag begins and where it ends, as byte offsets in the page.
    pub(in super::super) span: (usize, usize),
    /// Whether the tag has no contents, by its name or by `/>`.
    pub(in super::super) empty: bool,
}

/// Elements that never have contents.
const VOID_ELEMENTS: [&str; 13] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];
/// Elements whose contents are no markup.
const RAW_ELEMENTS: [&str; 4] = ["script", "style", "textarea", "title"];
/// Starts and ends of template code, which is kept out of the markup.
const TEMPLATE_CODE: [(&str, &str); 4] = [("<%", "%>"), ("<?", "?>"), ("{%", "%}"), ("{{", "}}")];

impl Tag {
    /// The value of an attribute, empty when it stands without one.
    pub(in super::super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether the attribute is there, also when a framework binds it (`:alt`, `v-bind:alt`, `[alt]`).
    pub(in super::super) fn has(&self, name: &str) -> bool {
        self.attributes.iter().any(|(known, _)| {
            known == name
                || known.strip_prefix(':') == Some(name)
                || known.strip_prefix("v-bind:") == Some(name)
                || known.strip_prefix('[').and_then(|it| it.strip_suffix(']')) == Some(name)
        })
    }

    /// Whether attributes are spread into the tag, so that one cannot know what it has.
    pub(in super::super) fn spreads(&self) -> bool {
        self.attributes
            .iter()
            .any(|(name, _)| name.starts_with("{...") || name == "v-bind")
    }
}

/// A page.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Html {
    pub(in super::super) tokens: Vec<Token>,
}

impl Html {
    /// Reads a page. Nothing is an error: what is no tag is text.
    pub(in super::super) fn parse(text: &str) -> Self {
        let mut reader = Reader {
            text,
            at: 0,
            line: 1,
            tokens: Vec::new(),
        };
        reader.read();
        Self {
            tokens: reader.tokens,
        }
    }

    /// The start tags with their place among the tokens.
    pub(in super::super) fn tags(&self) -> impl Iterator<Item = (usize, &Tag)> {
        self.tokens
            .iter()
            .enumerate()
            .filter_map(|(index, token)| match token {
                Token::Start(tag) => Some((index, tag)),
                _ => None,
            })
    }

    /// The first start tag with this name.
    pub(in super::super) fn first(&self, name: &str) -> Option<(usize, &Tag)> {
        self.tags().find(|(_, tag)| tag.name == name)
    }

    /// The tokens inside the element that starts at `index`, without its own tags.
    pub(in super::super) fn inside(&self, index: usize) -> &[Token] {
        let Some(Token::Start(tag)) = self.tokens.get(index) else {
            return &[];
        };
        if tag.empty {
            return &[];
        }
        let end = self.end_of(index).unwrap_or(self.tokens.len());
        &self.tokens[index + 1..end]
    }

    /// The place of the end tag that belongs to the start tag at `index`.
    pub(in super::super) fn end_of(&self, index: usize) -> Option<usize> {
        let Some(Token::Start(opened)) = self.tokens.get(index) else {
            return None;
        };
        let mut depth = 0_usize;
        for (place, token) in self.tokens.iter().enumerate().skip(index) {
            match token {
                Token::Start(tag) if tag.name == opened.name && !tag.empty => depth += 1,
                Token::End { name, .. } if *name == opened.name => {
                    depth -= 1;
                    if depth == 0 {
                        return Some(place);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// The text inside the element at `index` as a screen reader would say it, with the names of images.
    pub(in super::super) fn spoken(&self, index: usize) -> String {
        let mut words = Vec::new();
        for token in self.inside(index) {
            match token {
                Token::Text(text) => words.push(text.as_str()),
                Token::Start(tag) => {
                    words.extend(
                        ["alt", "aria-label", "title"]
                            .iter()
                            .filter_map(|name| tag.get(name)),
                    );
                    if tag.has("v-text") || tag.has("v-html") || tag.name == "slot" {
                        words.push("…");
                    }
                }
                Token::End { .. } => {}
            }
        }
        words
            .join(" ")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    tokens: Vec<Token>,
}

impl Reader<'_> {
    fn read(&mut self) {
        while self.at < self.text.len() {
            let rest = &self.text[self.at..];
            if rest.starts_with("<!--") {
                self.skip_past("-->");
            } else if let Some((start, end)) = TEMPLATE_CODE
                .iter()
                .find(|(start, _)| rest.starts_with(start))
            {
                self.template(start, end);
            } else if rest.starts_with("</") {
                self.end_tag();
            } else if rest.starts_with("<!") {
                self.skip_past(">");
            } else if is_tag_start(rest) {
                self.start_tag();
            } else {
                self.words();
            }
        }
    }

    /// Moves on by `bytes` and counts the lines on the way.
    fn move_on(&mut self, bytes: usize) {
        let passed = &self.text[self.at..self.at + bytes];
        self.line += u32::try_from(passed.matches('\n').count()).unwrap_or(u32::MAX);
        self.at += bytes;
    }

    fn skip_past(&mut self, end: &str) {
        let rest = &self.text[self.at..];
        self.move_on(rest.find(end).map_or(rest.len(), |found| found + end.len()));
    }

    /// Printed expressions count as text, for they will be some; code that only steers does not.
    fn template(&mut self, start: &str, end: &str) {
        let from = self.at;
        self.skip_past(end);
        let code = &self.text[from..self.at];
        if start == "{{"
            || code.starts_with("<%=")
            || code.starts_with("<?=")
            || code.contains(" block ")
        {
            self.tokens.push(Token::Text(code.to_owned()));
        }
    }

    fn words(&mut self) {
        let rest = &self.text[self.at..];
        let first = rest.chars().next().map_or(1, char::len_utf8);
        let next = rest[first..]
            .char_indices()
            .find(|(index, it)| {
                let rest = &rest[first + index..];
                *it == '<' || rest.starts_with("{{") || rest.starts_with("{%")
            })
            .map_or(rest.len(), |(index, _)| first + index);
        if !rest[..next].trim().is_empty() {
            self.tokens.push(Token::Text(rest[..next].to_owned()));
        }
        self.move_on(next);
    }

    fn end_tag(&mut self) {
        let at = self.at;
        let rest = &self.text[at..];
        let name = rest[2..]
            .split(|it: char| it.is_whitespace() || it == '>')
            .next()
            .unwrap_or("");
        self.tokens.push(Token::End {
            name: name.to_ascii_lowercase(),
            at,
        });
        self.skip_past(">");
    }

    fn start_tag(&mut self) {
        let (from, line) = (self.at, self.line);
        let body = tag_body(&self.text[from + 1..]);
        let closed = body.ends_with('/');
        let inner = body.strip_suffix('/').unwrap_or(body);
        let name_end = inner
            .find(|it: char| it.is_whitespace())
            .unwrap_or(inner.len());
        let name = inner[..name_end].to_ascii_lowercase();
        let empty = closed || VOID_ELEMENTS.contains(&name.as_str());
        let length = (body.len() + 2).min(self.text.len() - from);
        let tag = Tag {
            attributes: attributes(&inner[name_end..]),
            line,
            span: (from, from + length),
            empty,
            name: name.clone(),
        };
        self.tokens.push(Token::Start(tag));
        self.move_on(length);
        if !empty && RAW_ELEMENTS.contains(&name.as_str()) {
            self.raw_text(&name);
        }
    }

    fn raw_text(&mut self, name: &str) {
        let rest = &self.text[self.at..];
        let end = format!("</{name}");
        let length = rest.to_ascii_lowercase().find(&end).unwrap_or(rest.len());
        if !rest[..length].trim().is_empty() {
            self.tokens.push(Token::Text(rest[..length].to_owned()));
        }
        self.move_on(length);
    }
}

fn is_tag_start(rest: &str) -> bool {
    rest.starts_with('<') && rest[1..].starts_with(|it: char| it.is_ascii_alphabetic())
}

/// The inside of a tag, from after its `<` to before its `>`; quotes and braces may hold further `>`.
fn tag_body(rest: &str) -> &str {
    let (mut quote, mut braces) = (None, 0_u32);
    for (index, it) in rest.char_indices() {
        match (quote, it) {
            (Some(open), _) if it == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(it),
            (None, '{') => braces += 1,
            (None, '}') => braces = braces.saturating_sub(1),
            (None, '>') if braces == 0 => return &rest[..index],
            _ => {}
        }
    }
    rest
}

fn attributes(mut text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    loop {
        text = text.trim_start();
        if text.is_empty() {
            return found;
        }
        if text.starts_with('{') {
            let end = braced(text);
            found.push((text[..end].to_owned(), String::new()));
            text = &text[end..];
            continue;
        }
        let end = text
            .find(|it: char| it.is_whitespace() || it == '=')
            .unwrap_or(text.len());
        let end = if end == 0 { 1 } else { end };
        let name = text[..end].to_ascii_lowercase();
        text = text[end..].trim_start();
        let value = match text.strip_prefix('=') {
            Some(after) => {
                let (value, rest) = attribute_value(after.trim_start());
                text = rest;
                value
            }
            None => "",
        };
        found.push((name, value.to_owned()));
    }
}

fn attribute_value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(after) = text.strip_prefix(quote) {
            return after.split_once(quote).unwrap_or((after, ""));
        }
    }
    let end = if text.starts_with('{') {
        braced(text)
    } else {
        text.find(char::is_whitespace).unwrap_or(text.len())
    };
    text.split_at(end)
}

/// The length of the braced expression at the start of `text`.
fn braced(text: &str) -> usize {
    let mut depth = 0_u32;
    for (index, it) in text.char_indices() {
        match it {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return index + it.len_utf8();
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_have_their_attributes_and_lines() {
        let page = Html::parse(
            "<!-- <img> -->\n<p\n class='a b' hidden>\n<img src=x.png alt=\"a > b\"/></p>",
        );
        let tags: Vec<_> = page
            .tags()
            .map(|(_, tag)| (tag.name.as_str(), tag.line))
            .collect();
        assert_eq!(tags, [("p", 2), ("img", 4)]);
        let (_, image) = page.first("img").unwrap();
        assert_eq!(
            (image.get("src"), image.get("alt")),
            (Some("x.png"), Some("a > b"))
        );
        let (index, paragraph) = page.first("p").unwrap();
        assert_eq!(paragraph.get("hidden"), Some(""));
        assert_eq!(page.spoken(index), "a > b");
    }

    #[test]
    fn scripts_are_no_markup_and_jsx_braces_hold_a_tag_together() {
        let page = Html::parse(
            "<script>if (a<b) { x = '<img>' }</script><Button onClick={() => a > b} {...rest}>Go</Button>",
        );
        let names: Vec<_> = page.tags().map(|(_, tag)| tag.name.as_str()).collect();
        assert_eq!(names, ["script", "button"]);
        let (index, button) = page.first("button").unwrap();
        assert!(button.spreads());
        assert_eq!(page.spoken(index), "Go");
    }

    #[test]
    fn nested_elements_of_one_name_end_where_they_should() {
        let page = Html::parse("<div>a<div>b</div>c</div>d");
        assert_eq!(page.spoken(0), "a b c");
    }

    #[test]
    fn broken_pages_are_read_to_their_end() {
        for text in [
            "<",
            "<p",
            "<p class=\"",
            "</",
            "<!--",
            "{{",
            "<script>",
            "<p ===>",
            "é<é>",
        ] {
            Html::parse(text);
        }
    }
}
