//! The part of a reply that is being written.
use bytes::Bytes;
use errand_eventlog::subscriber::Incoming;
use serde_json::json;
use uuid::Uuid;

/// Text of one part of a reply; each part becomes a message.
pub struct Draft {
    seed: Uuid,
    part: u32,
    text: String,
}

impl Draft {
    /// A retried reply has other message ids than the failed one, which stays visible.
    pub fn new(cause: &Incoming, message_id: &str) -> Self {
        let seed = Uuid::new_v5(&cause.recorded.envelope.id, message_id.as_bytes());
        Self {
            seed,
            part: 0,
            text: String::new(),
        }
    }

    pub fn message_id(&self) -> String {
        Uuid::new_v5(&self.seed, &self.part.to_be_bytes()).to_string()
    }

    pub fn part(&self) -> u32 {
        self.part
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    pub fn add(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub fn next(&mut self) {
        self.part += 1;
        self.text.clear();
    }

    /// The whole text so far, so that whoever comes late misses nothing.
    pub fn signal(&self, done: bool) -> Bytes {
        let message_id = self.message_id();
        json!({"messageId": message_id, "text": self.text, "done": done})
            .to_string()
            .into()
    }
}
