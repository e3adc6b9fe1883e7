//! Rules for people who use a keyboard, a screen reader or a magnifier.

use std::collections::HashSet;

use super::contrast::{MIN_CONTRAST, style_contrast};
use super::finding::{Findings, rules};
use super::html::{Html, Tag, Token};
use super::page::{document, is_templated, meta};
use super::scanner::Scanner;
use super::source::{Language, SourceFile};

pub(super) static SCANNER: Scanner = Scanner {
    rules: || RULES,
    file: check,
    repository: |_, _| {},
};

rules! {
    IMAGE = "img-alt", High, "images without an alternative text",
        "Describe the image in alt; alt=\"\" where it is mere decoration.";
    LABEL = "form-label", High, "form fields without a label",
        "Add a <label for> with the field's id, or aria-label; a placeholder is no label.";
    BUTTON = "button-name", High, "buttons without a name",
        "Put a text into the button, or add aria-label.";
    LINK = "link-name", High, "links without a name",
        "Put a text into the link, or add aria-label.";
    ZOOM = "zoom-blocked", High, "pages that cannot be enlarged",
        "Remove user-scalable=no and maximum-scale from the viewport.";
    LANG = "html-lang", Medium, "pages that do not tell their language",
        "Add lang to <html>, so that the right voice reads it.";
    HEADINGS = "heading-order", Medium, "headings that skip a level",
        "Use the next lower level; size is a matter of style.";
    TABINDEX = "positive-tabindex", Medium, "a tab order against the page's",
        "Use tabindex 0 or -1 and order the elements in the page.";
    CONTRAST = "contrast", Medium, "colours too much alike",
        "Choose colours with a contrast of at least 4.5 to 1.";
    FRAME = "iframe-title", Medium, "frames without a title",
        "Say in title what the frame shows.";
    DUPLICATE_ID = "duplicate-id", Medium, "ids that are used twice",
        "Make the id unique; labels and descriptions find only the first.";
    CLICK = "click-without-keyboard", Medium, "clicks that no key can do",
        "Use <button>, or add role, tabindex and a key handler.";
    AUTOPLAY = "autoplay", Medium, "sound and motion that start by themselves",
        "Let people start it.";
    OUTLINE = "focus-invisible", Medium, "a focus that cannot be seen",
        "Keep the outline, or give :focus-visible another visible mark.";
    VAGUE = "vague-link", Low, "links that do not say where they lead",
        "Name the target in the link's text.";
    MAIN = "main-missing", Low, "pages without a main region",
        "Put the page's own contents into <main>, so that one can jump there.";
}

/// Link texts that say nothing when read alone.
const VAGUE_TEXTS: [&str; 8] = [
    "click here",
    "here",
    "click",
    "more",
    "read more",
    "this",
    "link",
    "learn more",
];
/// Fields that need no label.
const UNLABELLED_TYPES: [&str; 5] = ["hidden", "submit", "reset", "button", "image"];

fn check(file: &SourceFile, findings: &mut Findings) {
    if file.language() == Language::Style {
        check_style(file, findings);
    }
    let Some(html) = file.html() else { return };
    let labelled = labelled_ids(html);
    let mut seen = HashSet::new();
    let mut level = 0;
    for (index, tag) in html.tags() {
        check_names(file, html, index, tag, findings);
        check_field(file, html, index, tag, &labelled, findings);
        check_behaviour(file, tag, findings);
        if let Some(id) = tag
            .get("id")
            .filter(|id| !id.is_empty() && !is_templated(id))
            && !seen.insert(id)
        {
            findings.add(
                &DUPLICATE_ID,
                file,
                tag.line,
                format!("The id \"{id}\" is used before."),
            );
        }
        if let Some(next) = heading_level(tag) {
            if level > 0 && next > level + 1 {
                let message = format!("An h{next} follows an h{level}.");
                findings.add(&HEADINGS, file, tag.line, message);
            }
            level = next;
        }
    }
    check_document(file, findings);
}

fn check_document(file: &SourceFile, findings: &mut Findings) {
    let Some((html, root)) = document(file) else {
        return;
    };
    if !root.has("lang") {
        findings.add(
            &LANG,
            file,
            root.line,
            "This page does not tell its language.",
        );
    }
    if let Some((tag, content)) = meta(html, "viewport") {
        let content = content.replace(' ', "");
        let blocked = ["user-scalable=no", "user-scalable=0", "maximum-scale=1"];
        if blocked.iter().any(|it| content.contains(it)) {
            findings.add(&ZOOM, file, tag.line, "This page cannot be enlarged.");
        }
    }
    let main = html
        .tags()
        .any(|(_, tag)| tag.name == "main" || tag.get("role") == Some("main"));
    if let Some((body, tag)) = html.first("body")
        && !main
        && !html.spoken(body).is_empty()
    {
        findings.add(&MAIN, file, tag.line, "This page has no main region.");
    }
}

/// Whether the tag itself carries a name for screen readers.
fn is_named(tag: &Tag) -> bool {
    ["aria-label", "aria-labelledby", "title"]
        .iter()
        .any(|name| tag.has(name))
        || tag.spreads()
}

fn check_names(file: &SourceFile, html: &Html, index: usize, tag: &Tag, findings: &mut Findings) {
    let silent = !is_named(tag) && tag.get("aria-hidden") != Some("true");
    match tag.name.as_str() {
        "img" if !tag.has("alt") && silent && tag.get("role") != Some("presentation") => {
            findings.add(
                &IMAGE,
                file,
                tag.line,
                "This image has no alternative text.",
            );
        }
        "button" if silent && html.spoken(index).is_empty() => {
            findings.add(&BUTTON, file, tag.line, "This button has no name.");
        }
        "a" if tag.has("href") => {
            let text = html.spoken(index);
            if silent && text.is_empty() {
                findings.add(&LINK, file, tag.line, "This link has no name.");
            } else if VAGUE_TEXTS.contains(
                &text
                    .trim_end_matches(['.', '…', '→', ' '])
                    .to_lowercase()
                    .as_str(),
            ) {
                findings.add(
                    &VAGUE,
                    file,
                    tag.line,
                    format!("\"{text}\" does not say where it leads."),
                );
            }
        }
        "iframe" if silent => findings.add(&FRAME, file, tag.line, "This frame has no title."),
        _ => {}
    }
}

fn check_field(
    file: &SourceFile,
    html: &Html,
    index: usize,
    tag: &Tag,
    labelled: &HashSet<&str>,
    findings: &mut Findings,
) {
    let kind = tag.get("type").unwrap_or("text");
    let field = matches!(tag.name.as_str(), "select" | "textarea")
        || (tag.name == "input" && !UNLABELLED_TYPES.contains(&kind));
    if !field || is_named(tag) || inside_label(html, index) {
        return;
    }
    let by_id = tag.get("id").is_some_and(|id| labelled.contains(id))
        || tag.has("id") && tag.get("id").is_none();
    if !by_id {
        findings.add(&LABEL, file, tag.line, "This field has no label.");
    }
}

/// The ids that labels name.
fn labelled_ids(html: &Html) -> HashSet<&str> {
    html.tags()
        .filter(|(_, tag)| tag.name == "label")
        .filter_map(|(_, tag)| tag.get("for").or_else(|| tag.get("htmlfor")))
        .collect()
}

fn inside_label(html: &Html, index: usize) -> bool {
    let mut depth = 0_i32;
    for token in &html.tokens[..index] {
        match token {
            Token::Start(tag) if tag.name == "label" && !tag.empty => depth += 1,
            Token::End { name, .. } if name == "label" => depth -= 1,
            _ => {}
        }
    }
    depth > 0
}

fn check_behaviour(file: &SourceFile, tag: &Tag, findings: &mut Findings) {
    if tag
        .get("tabindex")
        .and_then(|it| it.trim().parse::<i32>().ok())
        .is_some_and(|it| it > 0)
    {
        findings.add(
            &TABINDEX,
            file,
            tag.line,
            "This element jumps the tab order.",
        );
    }
    let clicks = ["onclick", "@click", "v-on:click", "on:click"]
        .iter()
        .any(|name| tag.has(name));
    let passive = matches!(tag.name.as_str(), "div" | "span" | "li" | "p" | "img");
    if clicks && passive && !tag.has("role") && !tag.spreads() {
        findings.add(
            &CLICK,
            file,
            tag.line,
            format!("A key cannot do what a click on this <{}> does.", tag.name),
        );
    }
    let plays = matches!(tag.name.as_str(), "video" | "audio") && tag.has("autoplay");
    if plays && !(tag.has("muted") && tag.name == "video") {
        findings.add(
            &AUTOPLAY,
            file,
            tag.line,
            "This starts by itself, with sound.",
        );
    }
    if let Some(contrast) = tag.get("style").and_then(style_contrast)
        && contrast < MIN_CONTRAST
    {
        findings.add(
            &CONTRAST,
            file,
            tag.line,
            format!("The contrast is {contrast:.1} to 1."),
        );
    }
}

fn heading_level(tag: &Tag) -> Option<u32> {
    let level = tag.name.strip_prefix('h')?.parse().ok()?;
    (1..=6).contains(&level).then_some(level)
}

fn check_style(file: &SourceFile, findings: &mut Findings) {
    let replaced = file.text().contains(":focus-visible") || file.text().contains("box-shadow");
    for (number, line) in file.lines() {
        let compact = line.replace(' ', "");
        if !replaced && (compact.contains("outline:none") || compact.contains("outline:0;")) {
            findings.add(&OUTLINE, file, number, "The focus cannot be seen here.");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::scan_texts;
    use crate::demo::AgentKind;

    fn found(path: &str, text: &str) -> Vec<(&'static str, u32)> {
        let found = scan_texts(AgentKind::Accessibility, &[(path, text)]);
        found
            .into_iter()
            .map(|(rule, _, line)| (rule, line))
            .collect()
    }

    #[test]
    fn barriers_are_found_where_they_are() {
        let cases = [
            ("a.html", "<p>\n<img src=a>", "img-alt", 2),
            (
                "a.html",
                "<input type=email placeholder=Mail>",
                "form-label",
                1,
            ),
            ("a.html", "<button><svg></svg></button>", "button-name", 1),
            (
                "a.html",
                "<a href=/x><i class=icon></i></a>",
                "link-name",
                1,
            ),
            ("a.html", "<h1>a</h1>\n<h3>b</h3>", "heading-order", 2),
            ("a.html", "<div tabindex=3>a</div>", "positive-tabindex", 1),
            (
                "a.html",
                "<p style=\"color:#999;background:#fff\">a</p>",
                "contrast",
                1,
            ),
            ("a.html", "<iframe src=x></iframe>", "iframe-title", 1),
            ("a.html", "<p id=a></p><p id=a></p>", "duplicate-id", 1),
            (
                "a.html",
                "<div onclick=go()>a</div>",
                "click-without-keyboard",
                1,
            ),
            ("a.html", "<video autoplay></video>", "autoplay", 1),
            ("a.html", "<a href=/x>Click here</a>", "vague-link", 1),
            ("a.css", "a {\n outline: none; }", "focus-invisible", 2),
            ("a.html", "<html><main>a</main></html>", "html-lang", 1),
            (
                "a.html",
                "<html lang=en><body>a</body></html>",
                "main-missing",
                1,
            ),
            (
                "a.html",
                "<html lang=en>\n<meta name=viewport content='width=1, user-scalable=no'>",
                "zoom-blocked",
                2,
            ),
        ];
        for (path, text, rule, line) in cases {
            assert_eq!(found(path, text), [(rule, line)], "{text}");
        }
    }

    #[test]
    fn what_everybody_can_use_is_left_alone() {
        let cases = [
            "<img src=a alt=''>",
            "<label for=e>Mail</label><input id=e>",
            "<label>Mail <input></label>",
            "<input type=submit value=Go>",
            "<button aria-label=Close><svg></svg></button>",
            "<a href=/x><img src=a alt=Home></a>",
            "<h2>a</h2><h3>b</h3><h2>c</h2>",
            "<p style=\"color:#333;background:#fff\">a</p>",
            "<button onclick=go()>Go</button>",
            "<Button onClick={go} {...rest}></Button>",
            "<p id={{ id }}></p><p id={{ id }}></p>",
        ];
        for text in cases {
            assert_eq!(found("a.html", text), [], "{text}");
        }
    }
}
