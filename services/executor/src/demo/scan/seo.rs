//! Rules for being found: what search engines read of a page.

use std::collections::HashMap;

use super::finding::{Findings, Rule, rules};
use super::html::{Html, Tag};
use super::page::{document, head_line, is_templated, meta};
use super::scanner::Scanner;
use super::source::SourceFile;

pub(super) static SCANNER: Scanner = Scanner {
    rules: || RULES,
    file: check,
    repository: check_all,
};

/// Search engines cut a title beyond this length.
const MAX_TITLE_CHARS: usize = 60;
/// A shorter title says too little.
const MIN_TITLE_CHARS: usize = 10;
/// Search engines cut a description beyond this length.
const MAX_DESCRIPTION_CHARS: usize = 160;
/// A shorter description is mostly replaced by the engine.
const MIN_DESCRIPTION_CHARS: usize = 50;

rules! {
    NOINDEX = "noindex", High, "pages hidden from search engines",
        "Remove the robots meta tag if people shall find the page.";
    TITLE = "title-missing", High, "pages without a title",
        "Add a <title> of 10 to 60 characters that no other page has.";
    TITLE_LENGTH = "title-length", Low, "titles that are too short or too long",
        "Write 10 to 60 characters, the most telling words first.";
    DUPLICATE_TITLE = "title-duplicate", Medium, "titles that several pages share",
        "Give each page a title of its own.";
    DESCRIPTION = "description-missing", Medium, "pages without a description",
        "Add <meta name=\"description\"> with 50 to 160 characters about this page.";
    DESCRIPTION_LENGTH = "description-length", Low, "descriptions that are too short or too long",
        "Write 50 to 160 characters.";
    DUPLICATE_DESCRIPTION = "description-duplicate", Low, "descriptions that several pages share",
        "Describe each page by itself.";
    CANONICAL = "canonical-missing", Low, "pages without a canonical address",
        "Add <link rel=\"canonical\"> with the page's full address.";
    H1 = "h1-missing", Medium, "pages without a main heading",
        "Add one <h1> that says what the page is about.";
    H1_MULTIPLE = "h1-multiple", Low, "pages with several main headings",
        "Keep one <h1> and make the others <h2>.";
    ALT = "img-alt-missing", Medium, "images that say nothing",
        "Add an alt text; alt=\"\" where the image is mere decoration.";
    LANG = "lang-missing", Medium, "pages that do not tell their language",
        "Add lang to <html>, such as lang=\"en\".";
    VIEWPORT = "viewport-missing", Medium, "pages that are not made for phones",
        "Add <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">.";
    OPEN_GRAPH = "open-graph-missing", Info, "pages without a preview for chats and networks",
        "Add og:title, og:description and og:image.";
    EMPTY_LINK = "link-without-target", Low, "links that lead nowhere",
        "Link to an address, or use a button.";
    ROBOTS = "robots-missing", Low, "sites without robots.txt",
        "Add a robots.txt beside the start page that names the sitemap.";
    SITEMAP = "sitemap-missing", Low, "sites without a sitemap",
        "Add a sitemap.xml that lists the pages.";
}

fn check(file: &SourceFile, findings: &mut Findings) {
    let Some(html) = file.html() else { return };
    for (_, tag) in html.tags() {
        if tag.name == "img" && !tag.has("alt") && !tag.spreads() {
            findings.add(&ALT, file, tag.line, "This image has no alternative text.");
        }
        let href = tag.get("href");
        if tag.name == "a" && matches!(href, Some("" | "#" | "javascript:void(0)" | "javascript:;"))
        {
            findings.add(&EMPTY_LINK, file, tag.line, "This link leads nowhere.");
        }
    }
    if let Some((html, root)) = document(file) {
        check_head(file, html, root, findings);
        check_headings(file, html, root, findings);
    }
}

fn check_head(file: &SourceFile, html: &Html, root: &Tag, findings: &mut Findings) {
    let head = head_line(html, root);
    match title(html) {
        None => findings.add(&TITLE, file, head, "This page has no title."),
        Some((line, text)) => check_length(
            (&TITLE_LENGTH, "title"),
            MIN_TITLE_CHARS..=MAX_TITLE_CHARS,
            file,
            line,
            &text,
            findings,
        ),
    }
    match meta(html, "description").filter(|(_, text)| !text.trim().is_empty()) {
        None => findings.add(&DESCRIPTION, file, head, "This page has no description."),
        Some((tag, text)) => {
            let range = MIN_DESCRIPTION_CHARS..=MAX_DESCRIPTION_CHARS;
            let rule = (&DESCRIPTION_LENGTH, "description");
            check_length(rule, range, file, tag.line, text, findings);
        }
    }
    if let Some((tag, content)) = meta(html, "robots")
        && content.to_ascii_lowercase().contains("noindex")
    {
        findings.add(
            &NOINDEX,
            file,
            tag.line,
            "Search engines are told not to show this page.",
        );
    }
    let canonical = html
        .tags()
        .any(|(_, tag)| tag.name == "link" && tag.get("rel") == Some("canonical"));
    let absences = [
        (
            canonical,
            &CANONICAL,
            head,
            "This page has no canonical address.",
        ),
        (
            root.has("lang"),
            &LANG,
            root.line,
            "This page does not tell its language.",
        ),
        (
            meta(html, "viewport").is_some(),
            &VIEWPORT,
            head,
            "This page has no viewport.",
        ),
        (
            meta(html, "og:title").is_some(),
            &OPEN_GRAPH,
            head,
            "This page has no Open Graph title.",
        ),
    ];
    for (present, rule, line, message) in absences {
        if !present {
            findings.add(rule, file, line, message);
        }
    }
}

fn check_length(
    (rule, what): (&'static Rule, &str),
    range: std::ops::RangeInclusive<usize>,
    file: &SourceFile,
    line: u32,
    text: &str,
    findings: &mut Findings,
) {
    let length = text.trim().chars().count();
    if !is_templated(text) && !range.contains(&length) {
        let message = format!(
            "This {what} has {length} characters; {} to {} serve best.",
            range.start(),
            range.end()
        );
        findings.add(rule, file, line, message);
    }
}

fn check_headings(file: &SourceFile, html: &Html, root: &Tag, findings: &mut Findings) {
    let headings: Vec<_> = html
        .tags()
        .map(|(_, tag)| tag)
        .filter(|tag| tag.name == "h1")
        .collect();
    if headings.is_empty()
        && html
            .first("body")
            .is_some_and(|(body, _)| !html.spoken(body).is_empty())
    {
        let line = html.first("body").map_or(root.line, |(_, body)| body.line);
        findings.add(&H1, file, line, "This page has no main heading.");
    }
    for heading in headings.iter().skip(1) {
        findings.add(
            &H1_MULTIPLE,
            file,
            heading.line,
            "This is a further main heading.",
        );
    }
}

/// The page's title and its line, `None` when it is absent or empty.
fn title(html: &Html) -> Option<(u32, String)> {
    let (index, tag) = html.first("title")?;
    let text = html.spoken(index);
    (!text.is_empty()).then_some((tag.line, text))
}

fn check_all(files: &[SourceFile], findings: &mut Findings) {
    let pages: Vec<_> = files
        .iter()
        .filter(|file| !file.ignored() && document(file).is_some())
        .collect();
    report_shared(&DUPLICATE_TITLE, &pages, title, findings);
    let description =
        |html: &Html| meta(html, "description").map(|(tag, text)| (tag.line, text.to_owned()));
    report_shared(&DUPLICATE_DESCRIPTION, &pages, description, findings);
    let Some(start) = pages
        .iter()
        .find(|page| page.name() == "index.html")
        .or_else(|| pages.first())
    else {
        return;
    };
    for (name, rule) in [("robots.txt", &ROBOTS), ("sitemap.xml", &SITEMAP)] {
        if !files.iter().any(|file| file.name() == name) {
            findings.add(
                rule,
                start,
                1,
                format!("The site with this page has no {name}."),
            );
        }
    }
}

fn report_shared(
    rule: &'static Rule,
    pages: &[&SourceFile],
    read: impl Fn(&Html) -> Option<(u32, String)>,
    findings: &mut Findings,
) {
    let mut first: HashMap<String, &str> = HashMap::new();
    for page in pages {
        let Some((line, text)) = page.html().and_then(&read) else {
            continue;
        };
        if text.trim().is_empty() || is_templated(&text) {
            continue;
        }
        if let Some(other) = first.get(&text) {
            findings.add(rule, page, line, format!("{other} has the same."));
        } else {
            first.insert(text, page.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::scan_texts;
    use crate::demo::AgentKind;

    const GOOD: &str = r##"<!doctype html>
<html lang="en">
<head>
<title>Handmade chairs from the Alps</title>
<meta name="description" content="Chairs made by hand from local wood, delivered within two weeks.">
<meta name="viewport" content="width=device-width">
<meta property="og:title" content="Chairs">
<link rel="canonical" href="https://example.org/">
</head>
<body><h1>Chairs</h1><img src="a.png" alt="A chair"></body>
</html>"##;

    fn found(files: &[(&str, &str)]) -> Vec<(&'static str, String, u32)> {
        scan_texts(AgentKind::Seo, files)
    }

    fn of_rule(files: &[(&str, &str)], rule: &str) -> Vec<(String, u32)> {
        found(files)
            .into_iter()
            .filter(|it| it.0 == rule)
            .map(|it| (it.1, it.2))
            .collect()
    }

    #[test]
    fn a_good_page_with_robots_and_sitemap_has_no_findings() {
        assert_eq!(
            found(&[
                ("index.html", GOOD),
                ("robots.txt", ""),
                ("sitemap.xml", "")
            ]),
            []
        );
    }

    #[test]
    fn what_is_missing_is_found_at_the_head_or_the_root() {
        let bare =
            "<!doctype html>\n<html>\n<head></head>\n<body>\n<p>Hi</p><img src=a></body></html>";
        let found = found(&[
            ("index.html", bare),
            ("robots.txt", ""),
            ("sitemap.xml", ""),
        ]);
        let rules: Vec<_> = found.iter().map(|it| (it.0, it.2)).collect();
        let expected = [
            ("title-missing", 3),
            ("lang-missing", 2),
            ("description-missing", 3),
            ("viewport-missing", 3),
            ("h1-missing", 4),
            ("img-alt-missing", 5),
            ("canonical-missing", 3),
            ("open-graph-missing", 3),
        ];
        assert_eq!(rules, expected);
    }

    #[test]
    fn titles_that_pages_share_are_found_on_the_later_page() {
        assert_eq!(
            of_rule(&[("a.html", GOOD), ("b.html", GOOD)], "title-duplicate"),
            [("b.html".to_owned(), 4)]
        );
    }

    #[test]
    fn a_site_without_robots_and_sitemap_is_told_once() {
        let files = [("a/about.html", GOOD), ("index.html", GOOD)];
        assert_eq!(
            of_rule(&files, "robots-missing"),
            [("index.html".to_owned(), 1)]
        );
        assert_eq!(
            of_rule(&files, "sitemap-missing"),
            [("index.html".to_owned(), 1)]
        );
        assert_eq!(of_rule(&[("a.js", "let a")], "robots-missing"), []);
    }

    #[test]
    fn lengths_hidden_pages_and_dead_links_are_found() {
        let page = GOOD
            .replace("Handmade chairs from the Alps", "Chairs")
            .replace(
                "<h1>Chairs</h1>",
                "<h1>a</h1><h1>b</h1><a href=\"#\">more</a>",
            )
            .replace("<link", "<meta name=\"robots\" content=\"noindex\"><link");
        for rule in [
            "title-length",
            "h1-multiple",
            "link-without-target",
            "noindex",
        ] {
            assert_eq!(of_rule(&[("index.html", &page)], rule).len(), 1, "{rule}");
        }
    }

    #[test]
    fn fragments_and_templates_are_not_blamed_for_what_their_page_has() {
        assert_eq!(found(&[("part.html", "<p>Hi</p>")]), []);
        let template = GOOD.replace("Handmade chairs from the Alps", "{{ title }}");
        assert_eq!(
            of_rule(
                &[("a.html", &template), ("b.html", &template)],
                "title-duplicate"
            ),
            []
        );
    }
}
