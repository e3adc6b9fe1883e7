//! What several families of rules ask of a page.

use super::html::{Html, Tag};
use super::source::SourceFile;

/// The page of a file when it is a whole document and no fragment or component.
pub(super) fn document(file: &SourceFile) -> Option<(&Html, &Tag)> {
    let html = file.html()?;
    let (_, root) = html.first("html")?;
    Some((html, root))
}

/// The contents of `<meta name=…>`.
pub(super) fn meta<'a>(html: &'a Html, name: &str) -> Option<(&'a Tag, &'a str)> {
    html.tags().map(|(_, tag)| tag).find_map(|tag| {
        let known = tag.get("name").or_else(|| tag.get("property"))?;
        (tag.name == "meta" && known.eq_ignore_ascii_case(name))
            .then(|| (tag, tag.get("content").unwrap_or_default()))
    })
}

/// The line of the head, or of the document where it has none.
pub(super) fn head_line(html: &Html, root: &Tag) -> u32 {
    html.first("head").map_or(root.line, |(_, head)| head.line)
}

/// Whether a value is left to a template.
pub(super) fn is_templated(value: &str) -> bool {
    value.contains('{') || value.contains("<%") || value.contains("<?")
}
