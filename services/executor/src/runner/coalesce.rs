//! Joins the chunks of one message into one update.

use super::bounded::{BoundedText, floor_char_boundary};
use super::update::RunUpdate;

/// A longer message or thought is handed on in parts of this size.
const MAX_PART_BYTES: usize = 16 * 1024;
/// How much of the last message is kept as the run's last word.
const MAX_LAST_MESSAGE_BYTES: usize = 64 * 1024;

/// What a chunk of text belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextKind {
    Thought,
    Message,
}

/// Collects chunks until the kind or the message changes, or a part is full.
#[derive(Debug, Default)]
pub(super) struct Coalescer {
    open: Option<OpenText>,
    last_message: BoundedText,
}

#[derive(Debug)]
struct OpenText {
    kind: TextKind,
    message_id: Option<String>,
    text: String,
}

impl Coalescer {
    /// Takes one chunk and returns it as a piece, between what it completes.
    pub(super) fn chunk(
        &mut self,
        kind: TextKind,
        message_id: Option<&str>,
        text: &str,
    ) -> Vec<RunUpdate> {
        let mut complete = Vec::new();
        let belongs = self.open.as_ref().is_some_and(|open| {
            open.kind == kind && (open.message_id.as_deref() == message_id || message_id.is_none())
        });
        if !belongs {
            complete.extend(self.flush());
            self.open = Some(OpenText {
                kind,
                message_id: message_id.map(str::to_owned),
                text: String::new(),
            });
            if kind == TextKind::Message {
                self.last_message = BoundedText::default();
            }
        }
        complete.push(RunUpdate::Piece {
            is_thought: kind == TextKind::Thought,
            text: text.to_owned(),
        });
        if kind == TextKind::Message {
            self.last_message.push(text, MAX_LAST_MESSAGE_BYTES);
        }
        if let Some(open) = &mut self.open {
            open.text.push_str(text);
            complete.extend(open.full_parts());
        }
        complete
    }

    /// Closes the open text, because something else happened or the run ended.
    pub(super) fn flush(&mut self) -> Option<RunUpdate> {
        let open = self.open.take()?;
        (!open.text.trim().is_empty()).then(|| update(open.kind, open.text))
    }

    /// The last message as a whole, cut where it is very long.
    pub(super) fn take_last_message(&mut self) -> String {
        self.last_message.take()
    }
}

impl OpenText {
    fn full_parts(&mut self) -> Vec<RunUpdate> {
        let mut parts = Vec::new();
        while self.text.len() > MAX_PART_BYTES {
            let rest = self
                .text
                .split_off(floor_char_boundary(&self.text, MAX_PART_BYTES));
            parts.push(update(self.kind, std::mem::replace(&mut self.text, rest)));
        }
        parts
    }
}

fn update(kind: TextKind, text: String) -> RunUpdate {
    match kind {
        TextKind::Thought => RunUpdate::Thought { text },
        TextKind::Message => RunUpdate::Message { text },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(updates: impl IntoIterator<Item = RunUpdate>) -> Vec<String> {
        let text = |update| match update {
            RunUpdate::Thought { text } => Some(format!("thought: {text}")),
            RunUpdate::Message { text } => Some(format!("message: {text}")),
            RunUpdate::Piece { .. } => None,
            other => panic!("{other:?}"),
        };
        updates.into_iter().filter_map(text).collect()
    }

    #[test]
    fn chunks_of_one_message_become_one_update_when_the_kind_changes() {
        let mut coalescer = Coalescer::default();
        let mut updates = Vec::new();
        for (kind, chunk) in [
            (TextKind::Message, "Hello "),
            (TextKind::Message, "world"),
            (TextKind::Thought, "hm"),
        ] {
            updates.extend(coalescer.chunk(kind, None, chunk));
        }
        updates.extend(coalescer.flush());
        assert_eq!(texts(updates), ["message: Hello world", "thought: hm"]);
        assert_eq!(coalescer.take_last_message(), "Hello world");
    }

    #[test]
    fn a_piece_is_told_after_what_it_completes_and_before_what_it_is_part_of() {
        let mut coalescer = Coalescer::default();
        coalescer.chunk(TextKind::Thought, None, "hm");
        let told = coalescer.chunk(TextKind::Message, None, &"x".repeat(MAX_PART_BYTES + 1));
        let [
            RunUpdate::Thought { .. },
            RunUpdate::Piece {
                is_thought: false, ..
            },
            RunUpdate::Message { .. },
        ] = told.as_slice()
        else {
            panic!("{told:?}");
        };
    }

    #[test]
    fn two_messages_with_different_ids_stay_two() {
        let mut coalescer = Coalescer::default();
        let mut updates = coalescer.chunk(TextKind::Message, Some("1"), "a");
        updates.extend(coalescer.chunk(TextKind::Message, Some("2"), "b"));
        updates.extend(coalescer.flush());
        assert_eq!(texts(updates), ["message: a", "message: b"]);
        assert_eq!(coalescer.take_last_message(), "b");
    }

    #[test]
    fn a_very_long_message_comes_in_parts_and_the_last_word_is_bounded() {
        let mut coalescer = Coalescer::default();
        let mut updates = coalescer.chunk(TextKind::Message, None, &"é".repeat(100_000));
        updates.extend(coalescer.flush());
        let parts = texts(updates);
        assert_eq!(parts.len(), 13);
        assert!(parts.iter().all(|part| part.len() <= MAX_PART_BYTES + 16));
        assert!(coalescer.take_last_message().ends_with("bytes left out]"));
    }
}
