//! What Anthropic tells of a reply's usage before its end. `genai` hands it on only with a reply that is whole.

use std::sync::{Mutex, PoisonError};

use genai::chat::{ChatFrameSink, FrameCtx, RawFrameRef};
use serde_json::Value;

use super::port::Usage;

/// The usage of one reply as far as it was told. It sees every piece of the stream as it comes.
#[derive(Default)]
pub(crate) struct Told(Mutex<Option<Usage>>);

impl Told {
    /// `None` when nothing was told.
    pub(crate) fn usage(&self) -> Option<Usage> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ChatFrameSink for Told {
    fn on_frame(&self, _: &FrameCtx, frame: RawFrameRef<'_>) {
        // The first piece has what was read, the one before the last what was written.
        let path = match frame.event {
            Some("message_start") => "/message/usage",
            Some("message_delta") => "/usage",
            _ => return,
        };
        let Some(usage) = frame.json().and_then(|it| it.pointer(path).cloned()) else {
            return;
        };
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let told = told.get_or_insert_default();
        if frame.event == Some("message_start") {
            told.input_tokens = read(&usage);
        } else {
            told.output_tokens = count(&usage, "output_tokens");
        }
    }
}

/// The whole prompt: Anthropic counts its cached parts apart.
fn read(usage: &Value) -> u64 {
    [
        "input_tokens",
        "cache_creation_input_tokens",
        "cache_read_input_tokens",
    ]
    .map(|key| count(usage, key))
    .iter()
    .fold(0, |sum, tokens| sum.saturating_add(*tokens))
}

fn count(usage: &Value, key: &str) -> u64 {
    usage[key].as_u64().unwrap_or_default()
}
