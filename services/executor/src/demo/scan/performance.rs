//! Rules for pages that load fast.

use super::finding::{Findings, rules};
use super::html::{Html, Tag, Token};
use super::page::{document, is_templated};
use super::performance_code;
use super::scanner::Scanner;
use super::source::{Language, SourceFile};

pub(super) static SCANNER: Scanner = Scanner {
    rules: || RULES,
    file: check,
    repository: |_, _| {},
};

/// A larger image is worth a look.
const LARGE_IMAGE_BYTES: u64 = 500 * 1024;
/// A larger image hurts everybody.
const HUGE_IMAGE_BYTES: u64 = 2 * 1024 * 1024;
/// A larger file of any kind makes every clone slow.
const LARGE_FILE_BYTES: u64 = 5 * 1024 * 1024;
/// A larger script that is sent to browsers should be minified.
const LARGE_SCRIPT_BYTES: u64 = 100 * 1024;
/// Lines of minified code are longer than this on average.
const MINIFIED_LINE_BYTES: usize = 200;
/// Longer inline scripts, styles and data keep the page from being cached apart.
const LARGE_INLINE_BYTES: usize = 20 * 1024;
/// The first images are mostly visible at once and must not load late.
const EAGER_IMAGES: usize = 2;
/// More scripts than these should be joined.
const MAX_SCRIPTS: usize = 10;

rules! {
    HUGE_IMAGE = "huge-image", High, "images above 2 MB",
        "Scale it to the size at which it is shown and save it as WebP or AVIF.";
    LARGE_IMAGE = "large-image", Medium, "images above 500 kB",
        "Scale it to the size at which it is shown and save it as WebP or AVIF.";
    BLOCKING = "render-blocking-script", Medium, "scripts that hold up the page",
        "Add defer, or type=\"module\".";
    SYNC_FS = "sync-file-access", Medium, "file access that blocks a server",
        "Use the asynchronous function and await it.";
    ASYNC_BLOCK = "blocking-in-async", Medium, "blocking calls in asynchronous code",
        "Use the asynchronous sleep or file function, or a thread for blocking work.";
    MANY_SCRIPTS = "many-scripts", Medium, "pages with more than 10 scripts",
        "Join them, or load them when they are needed.";
    UNMINIFIED = "unminified-bundle", Medium, "large scripts that are not minified",
        "Minify it in the build.";
    IMPORT = "css-import", Low, "style sheets that load each other in turn",
        "Link both from the page, or join them in the build.";
    SIZE = "image-size-missing", Low, "images that move the page when they arrive",
        "Add width and height.";
    LAZY = "image-not-lazy", Low, "images below the fold that load at once",
        "Add loading=\"lazy\".";
    INLINE = "large-inline-code", Low, "large scripts, styles and images inside a page",
        "Move it to a file of its own, so that it can be cached.";
    AWAIT_LOOP = "await-in-loop", Low, "requests one after the other",
        "Start them together and await all, where they do not depend on each other.";
    NESTED = "nested-loops", Info, "loops in loops in loops",
        "Check how large the inputs may grow; a map or an index may spare a loop.";
    WHOLE_LIBRARY = "whole-library-import", Low, "libraries imported whole for a function",
        "Import the function by its own path.";
    SELECT_ALL = "select-all-columns", Info, "queries for every column",
        "Name the columns that are used.";
    LARGE_FILE = "large-file", Low, "files above 5 MB",
        "Keep it outside the repository or in large file storage.";
}

fn check(file: &SourceFile, findings: &mut Findings) {
    check_size(file, findings);
    match file.language() {
        Language::Html => check_page(file, findings),
        Language::Style => {
            for (number, line) in file.lines() {
                if line.trim_start().starts_with("@import")
                    && matches!(file.extension().as_str(), "css")
                {
                    findings.add(
                        &IMPORT,
                        file,
                        number,
                        "The browser finds this style sheet only when it has read this one.",
                    );
                }
            }
        }
        _ => {}
    }
    performance_code::check(file, findings);
}

fn check_size(file: &SourceFile, findings: &mut Findings) {
    let kilobytes = file.bytes() / 1024;
    let image = matches!(
        file.extension().as_str(),
        "png" | "jpg" | "jpeg" | "gif" | "bmp" | "webp" | "avif" | "tiff"
    );
    if image && file.bytes() > LARGE_IMAGE_BYTES {
        let rule = if file.bytes() > HUGE_IMAGE_BYTES {
            &HUGE_IMAGE
        } else {
            &LARGE_IMAGE
        };
        findings.add(rule, file, 1, format!("The image has {kilobytes} kB."));
    } else if file.bytes() > LARGE_FILE_BYTES {
        findings.add(
            &LARGE_FILE,
            file,
            1,
            format!("The file has {kilobytes} kB."),
        );
    }
    let lines = file.text().lines().count().max(1);
    let loose = !file.text().is_empty() && file.text().len() / lines < MINIFIED_LINE_BYTES;
    let bundle = ["bundle", "dist/", "build/", "public/", "static/", ".min."]
        .iter()
        .any(|it| file.path().contains(it));
    if file.language() == Language::Script && bundle && loose && file.bytes() > LARGE_SCRIPT_BYTES {
        findings.add(
            &UNMINIFIED,
            file,
            1,
            format!("The script has {kilobytes} kB and is not minified."),
        );
    }
}

fn check_page(file: &SourceFile, findings: &mut Findings) {
    let Some(html) = file.html() else { return };
    let component = matches!(file.extension().as_str(), "jsx" | "tsx" | "vue" | "svelte");
    let images = html
        .tags()
        .map(|(_, tag)| tag)
        .filter(|tag| tag.name == "img" && !tag.spreads());
    for (place, image) in images.enumerate() {
        let sized = image.has("width") && image.has("height")
            || image.get("style").is_some_and(|it| it.contains("width"));
        if !sized && !component {
            findings.add(
                &SIZE,
                file,
                image.line,
                "This image has no width and height.",
            );
        }
        if place >= EAGER_IMAGES && !image.has("loading") {
            findings.add(
                &LAZY,
                file,
                image.line,
                "This image loads before it is seen.",
            );
        }
        if image
            .get("src")
            .is_some_and(|src| src.starts_with("data:") && src.len() > LARGE_INLINE_BYTES)
        {
            findings.add(
                &INLINE,
                file,
                image.line,
                "This image is written into the page.",
            );
        }
    }
    check_scripts(file, html, findings);
}

fn check_scripts(file: &SourceFile, html: &Html, findings: &mut Findings) {
    let head_end = html
        .first("head")
        .and_then(|(head, _)| html.end_of(head))
        .unwrap_or(0);
    let mut loaded = 0;
    for (index, tag) in html.tags() {
        let code: usize = html.inside(index).iter().map(text_length).sum();
        if matches!(tag.name.as_str(), "script" | "style")
            && code > LARGE_INLINE_BYTES
            && document(file).is_some()
        {
            findings.add(
                &INLINE,
                file,
                tag.line,
                format!("This <{}> has {} kB.", tag.name, code / 1024),
            );
        }
        if tag.name != "script" || !tag.has("src") {
            continue;
        }
        loaded += 1;
        if index < head_end && blocks(tag) {
            findings.add(
                &BLOCKING,
                file,
                tag.line,
                "Nothing is shown until this script has run.",
            );
        }
        if loaded == MAX_SCRIPTS + 1 {
            findings.add(
                &MANY_SCRIPTS,
                file,
                tag.line,
                "From here on the page has more scripts than it should.",
            );
        }
    }
}

fn blocks(tag: &Tag) -> bool {
    let later = tag.has("defer") || tag.has("async") || tag.get("type") == Some("module");
    !later && !tag.get("src").is_some_and(is_templated)
}

fn text_length(token: &Token) -> usize {
    match token {
        Token::Text(text) => text.len(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::files::ListedFile;
    use super::super::scan_texts;
    use super::*;
    use crate::demo::AgentKind;

    fn found(path: &str, text: &str) -> Vec<(&'static str, u32)> {
        let found = scan_texts(AgentKind::Performance, &[(path, text)]);
        found
            .into_iter()
            .map(|(rule, _, line)| (rule, line))
            .collect()
    }

    fn found_by_size(path: &str, bytes: u64) -> Vec<&'static str> {
        let file = SourceFile::new(
            ListedFile {
                path: path.to_owned(),
                bytes,
            },
            None,
        );
        let mut findings = Findings::default();
        check(&file, &mut findings);
        findings.sorted().into_iter().map(|it| it.rule).collect()
    }

    #[test]
    fn slow_pages_are_found_where_they_are() {
        let cases = [
            (
                "<html><head>\n<script src=a.js></script></head></html>",
                vec![("render-blocking-script", 2)],
            ),
            ("<img src=a>", vec![("image-size-missing", 1)]),
            (
                "<img width=1 height=1>\n<img width=1 height=1>\n<img width=1 height=1>",
                vec![("image-not-lazy", 3)],
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(found("a.html", text), expected, "{text}");
        }
        assert_eq!(
            found("a.html", &"<script defer src=a></script>\n".repeat(12)),
            [("many-scripts", 11)]
        );
        assert_eq!(
            found("a.css", "b {}\n@import url(c.css);"),
            [("css-import", 2)]
        );
        let inline = format!("<html><style>{}</style></html>", "a".repeat(30_000));
        assert_eq!(found("a.html", &inline), [("large-inline-code", 1)]);
    }

    #[test]
    fn deferred_scripts_and_modules_are_fast() {
        let page = "<head><script defer src=a></script><script type=module src=b></script></head>";
        assert_eq!(found("a.html", page), []);
    }

    #[test]
    fn large_files_are_found_by_their_size() {
        assert_eq!(found_by_size("a.png", 600 * 1024), ["large-image"]);
        assert_eq!(found_by_size("a.jpg", 3 * 1024 * 1024), ["huge-image"]);
        assert_eq!(found_by_size("a.bin", 6 * 1024 * 1024), ["large-file"]);
        assert_eq!(found_by_size("a.png", 10), [""; 0]);
    }

    #[test]
    fn a_large_bundle_must_be_minified() {
        assert_eq!(
            found("dist/app.js", &"let a = 1;\n".repeat(20_000)),
            [("unminified-bundle", 1)]
        );
        assert_eq!(found("dist/app.js", &"a".repeat(200_000)), []);
    }
}
