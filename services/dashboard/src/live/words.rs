//! What a story's agent says at this moment. The record of it takes its place.
use crate::fragments::{Fragment, saying};
use errand_eventlog::live::Signal;
use std::time::{Duration, Instant};

/// Words that have not grown for so long are taken away: whoever said them is gone.
const SILENCE: Duration = Duration::from_secs(120);

#[derive(serde::Deserialize)]
struct Token {
    /// "think" or "say".
    action: String,
    /// As far as it is said; empty once it is recorded.
    text: String,
}

#[derive(Default)]
pub struct Words {
    open: Option<(Token, Instant)>,
}

impl Words {
    /// Answers whether anything is to be shown anew.
    pub fn take(&mut self, signal: &Signal) -> bool {
        match serde_json::from_slice::<Token>(&signal.data) {
            Ok(token) => {
                self.open = Some((token, Instant::now()));
                true
            }
            Err(_) => {
                tracing::warn!(topic = %signal.topic, "a live signal cannot be read");
                false
            }
        }
    }

    /// Shows the words in their place among what is recorded.
    pub fn over(&mut self, recorded: &mut Vec<Fragment>) {
        self.open.take_if(|(_, grown)| grown.elapsed() >= SILENCE);
        let Some((token, _)) = &self.open else { return };
        if let Ok(shown) = saying(&token.action, &token.text) {
            recorded.retain(|f| f.id != shown.id);
            recorded.push(shown);
        }
    }
}
