//! Replies while they are written. They are not events: the finished message takes their place.
use crate::fragments::{Fragment, streaming, typing};
use errand_eventlog::live::Signal;
use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

/// Replies shown at once in one conversation while they are written.
const MAX_REPLIES: usize = 8;
/// A reply that nobody has told of for so long is given up; what was shown stays until the page is reloaded.
const SILENCE: Duration = Duration::from_secs(120);

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Token {
    message_id: String,
    /// The whole text so far.
    text: String,
}

struct Reply {
    message_id: String,
    text: String,
    told: Instant,
}

#[derive(Default)]
pub struct Replies {
    replies: Vec<Reply>,
    /// Messages that are recorded: a late token must not bring their unfinished shape back.
    finished: HashSet<String>,
}

impl Replies {
    /// Answers whether anything is to be shown anew.
    pub fn take(&mut self, signal: &Signal) -> bool {
        let Ok(token) = serde_json::from_slice::<Token>(&signal.data) else {
            tracing::warn!(topic = %signal.topic, "a live signal cannot be read");
            return false;
        };
        if self.finished.contains(&format!("msg-{}", token.message_id)) {
            return false;
        }
        let same = |r: &&mut Reply| r.message_id == token.message_id && r.text == token.text;
        if let Some(known) = self.replies.iter_mut().find(same) {
            known.told = Instant::now();
            return false;
        }
        self.replies
            .retain(|r| r.message_id != token.message_id && r.told.elapsed() < SILENCE);
        if self.replies.len() == MAX_REPLIES {
            self.replies.remove(0);
        }
        self.replies.push(Reply {
            message_id: token.message_id,
            text: token.text,
            told: Instant::now(),
        });
        true
    }

    /// Lays the unfinished replies over what is recorded.
    pub fn over(&mut self, recorded: &mut Vec<Fragment>) {
        self.finished = recorded.iter().map(|f| f.id.clone()).collect();
        let finished = &self.finished;
        self.replies
            .retain(|r| !finished.contains(&format!("msg-{}", r.message_id)));
        if self.replies.is_empty() {
            return;
        }
        let shown = self
            .replies
            .iter()
            .filter_map(|r| streaming(&r.message_id, &r.text).ok());
        recorded.extend(shown);
        // The growing text says by itself that somebody is writing.
        if let Ok(hidden) = typing(false) {
            recorded.retain(|f| f.id != hidden.id);
            recorded.push(hidden);
        }
    }
}
