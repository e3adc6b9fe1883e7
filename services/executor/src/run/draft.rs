//! What the agent says at this moment, for people who watch the story: fleeting, and as free of secrets as a record.
use crate::redaction::{RedactedStream, Redactor};
use errand_eventlog::live::Live;
use serde_json::json;
use std::sync::Arc;

/// Of a long text the end is shown.
const MAX_SHOWN_BYTES: usize = 4 * 1024;

/// The text that is open now. A secret may be cut between two pieces, and between two texts of one kind.
pub struct Draft {
    live: Arc<dyn Live>,
    topic: String,
    thoughts: RedactedStream,
    messages: RedactedStream,
    text: String,
}

impl Draft {
    /// Watchers know the story; what is said belongs to its present session.
    pub fn new(live: Arc<dyn Live>, story_id: &str, redactor: &Redactor) -> Self {
        Self {
            live,
            topic: format!("session.{story_id}"),
            thoughts: redactor.stream(),
            messages: redactor.stream(),
            text: String::new(),
        }
    }

    pub fn grow(&mut self, is_thought: bool, piece: &str) {
        let (action, safe) = match is_thought {
            true => ("think", self.thoughts.push(piece)),
            false => ("say", self.messages.push(piece)),
        };
        if safe.is_empty() {
            return;
        }
        self.text.push_str(&safe);
        let surplus = self.text.len().saturating_sub(MAX_SHOWN_BYTES);
        self.text.drain(..self.text.ceil_char_boundary(surplus));
        self.publish(action);
    }

    /// The text is recorded now, or cut off: there is nothing open any more.
    pub fn close(&mut self) {
        if !std::mem::take(&mut self.text).is_empty() {
            self.publish("");
        }
    }

    fn publish(&self, action: &str) {
        let signal = json!({"action": action, "text": self.text});
        self.live.publish(&self.topic, signal.to_string().into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use errand_eventlog::live::InProcess;

    #[test]
    fn people_see_a_text_grow_and_never_a_secret_that_was_cut_in_two() {
        let live = Arc::new(InProcess::default());
        let mut signals = live.subscribe();
        let mut draft = Draft::new(live, "s1", &Redactor::default());
        for piece in [
            "The token ghp_0123456789",
            "abcdefghij0123456789 is",
            " new",
        ] {
            draft.grow(false, piece);
        }
        draft.close();
        draft.close();
        let mut seen = Vec::new();
        while let Ok(signal) = signals.try_recv() {
            assert_eq!(&*signal.topic, "session.s1");
            let signal: serde_json::Value = serde_json::from_slice(&signal.data).unwrap();
            seen.push(signal["text"].as_str().unwrap().to_owned());
        }
        let redacted = "The token [redacted GitHub token] is";
        assert_eq!(
            seen,
            ["The token ", redacted, &format!("{redacted} new"), ""]
        );
    }

    #[test]
    fn of_a_long_text_the_end_is_shown() {
        let live = Arc::new(InProcess::default());
        let mut draft = Draft::new(live, "s1", &Redactor::default());
        draft.grow(true, &"é".repeat(MAX_SHOWN_BYTES));
        draft.grow(true, " end");
        assert!(draft.text.len() <= MAX_SHOWN_BYTES && draft.text.ends_with("é end"));
    }
}
