//! The questions that end a reply. What is code, quoted or of another's hand asks nothing in the assistant's name.
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// After its question a reply may say so much, for example "Just say the word.", and still be waiting for the answer.
const MAX_COURTESY_CHARS: usize = 80;

/// A paragraph, a heading or one entry of a list, as plain text.
struct Block {
    text: String,
    is_entry: bool,
}

impl Block {
    fn is_courtesy(&self) -> bool {
        let is_short = self.text.chars().count() <= MAX_COURTESY_CHARS;
        is_short
            && !self.is_entry
            && !self.text.contains('?')
            && !self.text.trim_end().ends_with(':')
    }
}

/// The questions of the last paragraph. A list that completes a question ("Would you like me to: …") gives one
/// question for each of its entries.
pub fn questions(markdown: &str) -> Vec<String> {
    let mut blocks = blocks(markdown);
    if blocks.len() > 1 && blocks.last().is_some_and(Block::is_courtesy) {
        blocks.pop();
    }
    let Some(last) = blocks.last() else {
        return Vec::new();
    };
    if !last.is_entry {
        return sentences(&last.text);
    }
    let first = blocks.iter().rposition(|block| !block.is_entry);
    let entries = &blocks[first.map_or(0, |at| at + 1)..];
    let introduction = first.map_or("", |at| blocks[at].text.as_str());
    listed(introduction, entries)
}

/// "Would you like me to:" with "spawn a security agent" is one question, with each further entry another.
fn listed(introduction: &str, entries: &[Block]) -> Vec<String> {
    let introduction = introduction.trim_end();
    let is_open = introduction.ends_with([':', '…']) || introduction.ends_with("...");
    let stem = introduction.trim_end_matches([':', '…', '.']);
    let stem = stem.rsplit(['.', '!', '?', '\n']).next().unwrap_or(stem);
    let asked = |entry: &Block| {
        let text = entry.text.trim();
        match is_open && (!text.contains('?') || is_last_of_list(text)) {
            true => vec![format!("{} {}", stem.trim(), completed(text))],
            false => sentences(text),
        }
    };
    entries.iter().flat_map(asked).collect()
}

/// An entry without what ties it to the next one.
fn completed(entry: &str) -> &str {
    const TIES: [char; 4] = ['?', ',', ';', '.'];
    let entry = entry.trim_end_matches(TIES);
    let tied = [" or", " and"]
        .iter()
        .find_map(|tie| entry.strip_suffix(tie));
    tied.unwrap_or(entry).trim_end_matches(TIES)
}

/// The question mark of "Would you like me to: - spawn one, - or wait?" stands behind the last entry.
fn is_last_of_list(text: &str) -> bool {
    text.ends_with('?') && !super::offer::begins_question(text)
}

/// The sentences of a paragraph that are questions, without their mark; at most one courtesy may follow.
fn sentences(text: &str) -> Vec<String> {
    let mut all: Vec<(String, bool)> = Vec::new();
    let mut sentence = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let ends = matches!(c, '.' | '!' | '?' | '\n')
            && chars
                .peek()
                .is_none_or(|next| !next.is_alphanumeric() || c == '\n');
        match ends {
            true => {
                all.push((std::mem::take(&mut sentence), c == '?'));
            }
            false => sentence.push(c),
        }
    }
    all.push((sentence, false));
    all.retain(|(sentence, _)| sentence.chars().any(char::is_alphanumeric));
    let after: usize = match all.iter().rposition(|(_, asks)| *asks) {
        Some(last) => all[last + 1..].iter().map(|(s, _)| s.chars().count()).sum(),
        None => return Vec::new(),
    };
    if after > MAX_COURTESY_CHARS {
        return Vec::new();
    }
    let asked = all.into_iter().filter(|(_, asks)| *asks);
    asked
        .map(|(sentence, _)| sentence.trim().to_owned())
        .collect()
}

/// The text of the reply by blocks. Emphasis and links count as their words.
fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks = vec![Block {
        text: String::new(),
        is_entry: false,
    }];
    let (mut quoted, mut entries) = (0_u32, 0_u32);
    for event in Parser::new_ext(
        markdown,
        Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES,
    ) {
        match event {
            Event::Start(
                Tag::CodeBlock(_)
                | Tag::BlockQuote(_)
                | Tag::Table(_)
                | Tag::Strikethrough
                | Tag::HtmlBlock,
            ) => {
                quoted += 1;
            }
            Event::End(
                TagEnd::CodeBlock
                | TagEnd::BlockQuote(_)
                | TagEnd::Table
                | TagEnd::Strikethrough
                | TagEnd::HtmlBlock,
            ) => {
                quoted = quoted.saturating_sub(1);
            }
            Event::Start(Tag::Item) => {
                entries += 1;
                blocks.push(Block {
                    text: String::new(),
                    is_entry: true,
                });
            }
            Event::End(TagEnd::Item) => {
                entries = entries.saturating_sub(1);
                blocks.push(Block {
                    text: String::new(),
                    is_entry: entries > 0,
                });
            }
            Event::Start(Tag::Paragraph | Tag::Heading { .. }) if entries == 0 => {
                blocks.push(Block {
                    text: String::new(),
                    is_entry: false,
                });
            }
            Event::Text(text) | Event::Code(text) if quoted == 0 => push(&mut blocks, &text),
            Event::SoftBreak => push(&mut blocks, " "),
            Event::HardBreak => push(&mut blocks, "\n"),
            _ => {}
        }
    }
    blocks.retain(|block| block.text.chars().any(char::is_alphanumeric));
    blocks
}

fn push(blocks: &mut [Block], text: &str) {
    if let Some(block) = blocks.last_mut() {
        let plain = text.chars().map(|c| match c {
            '’' | '‘' => '\'',
            '“' | '”' => '"',
            c => c,
        });
        block.text.extend(plain);
    }
}
