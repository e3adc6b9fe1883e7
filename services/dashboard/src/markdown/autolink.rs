//! Bare web addresses in a text become links, as people expect of a chat.
use pulldown_cmark::{CowStr, Event, LinkType, Tag, TagEnd};

/// Punctuation at the end of an address belongs to the sentence.
const NOT_AT_END: &[char] = &[
    '.', ',', ';', ':', '!', '?', ')', ']', '}', '"', '\'', '*', '_', '…',
];

/// Replaces addresses in texts outside links and code. Texts must come whole, not in pieces.
pub fn linked<'a>(events: impl Iterator<Item = Event<'a>>) -> impl Iterator<Item = Event<'a>> {
    let mut inside = 0_usize;
    events.flat_map(move |event| {
        match &event {
            Event::Start(Tag::Link { .. } | Tag::CodeBlock(_)) => inside += 1,
            Event::End(TagEnd::Link | TagEnd::CodeBlock) => inside = inside.saturating_sub(1),
            Event::Text(text) if inside == 0 && text.contains("://") => return split(text),
            _ => {}
        }
        vec![event]
    })
}

fn split<'a>(text: &str) -> Vec<Event<'a>> {
    let mut events = Vec::new();
    let mut rest = text;
    while let Some((before, url, after)) = first_address(rest) {
        events.push(Event::Text(CowStr::from(before.to_owned())));
        let url = CowStr::from(url.to_owned());
        events.push(Event::Start(Tag::Link {
            link_type: LinkType::Autolink,
            dest_url: url.clone(),
            title: CowStr::Borrowed(""),
            id: CowStr::Borrowed(""),
        }));
        events.push(Event::Text(url));
        events.push(Event::End(TagEnd::Link));
        rest = after;
    }
    events.push(Event::Text(CowStr::from(rest.to_owned())));
    events
}

fn first_address(text: &str) -> Option<(&str, &str, &str)> {
    let starts = ["https://", "http://"].map(|scheme| text.find(scheme));
    let start = starts.into_iter().flatten().min()?;
    let tail = &text[start..];
    let end = tail
        .find(|c: char| c.is_whitespace() || "<>`|\"".contains(c))
        .unwrap_or(tail.len());
    let url = tail[..end].trim_end_matches(NOT_AT_END);
    Some((&text[..start], url, &tail[url.len()..]))
}

#[cfg(test)]
mod tests {
    use super::first_address;

    #[test]
    fn the_full_stop_belongs_to_the_sentence() {
        let found = first_address("See https://a.example/x_y?z=1). Then go on.");
        assert_eq!(
            found,
            Some(("See ", "https://a.example/x_y?z=1", "). Then go on."))
        );
    }
}
