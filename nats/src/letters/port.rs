//! The box of dead letters as callers see it. All reads are answered by the leader.
use crate::{
    NatsLog,
    limits::{MAX_LIST_STEPS, MAX_LISTED},
    shared::unavailable,
    topology::Stream,
};
use async_nats::jetstream::message::StreamMessage;
use async_trait::async_trait;
use errand_eventlog::{DeadLetter, DeadLetters, port::Result};

#[async_trait]
impl DeadLetters for NatsLog {
    async fn list(&self, limit: u32) -> Result<Vec<DeadLetter>> {
        let limit = limit.min(MAX_LISTED) as usize;
        let mut letters = Vec::new();
        for message in self.newest_letters(limit).await? {
            match self.shared().letter(message) {
                Ok(letter) => letters.push(letter),
                // Not made by a group of ours. It stays in the stream, where `nats stream get` shows it.
                Err(error) => tracing::warn!(%error, "a dead letter cannot be shown"),
            }
        }
        Ok(letters)
    }

    async fn get(&self, id: u64) -> Result<Option<DeadLetter>> {
        let found = self.shared().at(Stream::Letters, id).await?;
        found
            .map(|message| self.shared().letter(message))
            .transpose()
    }

    async fn redrive(&self, id: u64) -> Result<bool> {
        let Some(message) = self.shared().at(Stream::Letters, id).await? else {
            return Ok(false);
        };
        // A crash in between leaves the letter, which can be redriven again; the copy on its way is the same.
        self.shared().send_back(message).await?;
        self.discard(id).await?;
        Ok(true)
    }

    async fn discard(&self, id: u64) -> Result<bool> {
        if self.shared().at(Stream::Letters, id).await?.is_none() {
            return Ok(false);
        }
        let stream = self.shared().stream(Stream::Letters).await?;
        let api = self
            .shared()
            .subjects
            .api("STREAM.MSG.DELETE", Stream::Letters);
        let deleted = self.shared().permitted(&api, stream.delete_message(id));
        match deleted.await? {
            Ok(deleted) => Ok(deleted),
            // Somebody else was quicker.
            Err(_) if self.shared().at(Stream::Letters, id).await?.is_none() => Ok(false),
            Err(error) => Err(unavailable(error)),
        }
    }
}

impl NatsLog {
    /// Newest first. Looks through windows from the end, each twice as long as the one before.
    async fn newest_letters(&self, limit: usize) -> Result<Vec<StreamMessage>> {
        let shared = self.shared();
        let stream = shared.stream(Stream::Letters).await?;
        let state = stream.get_info().await.map_err(unavailable)?.state;
        let mut newest: Vec<StreamMessage> = Vec::new();
        let (mut end, mut window, mut steps) = (state.last_sequence + 1, limit as u64, 0);
        while newest.len() < limit && end > state.first_sequence.max(1) && steps < MAX_LIST_STEPS {
            let begin = end.saturating_sub(window).max(state.first_sequence).max(1);
            let mut found = Vec::new();
            let mut at = begin;
            while at < end && steps < MAX_LIST_STEPS {
                steps += 1;
                let next = shared
                    .next(Stream::Letters, &shared.subjects.letters(), at)
                    .await?;
                let Some(message) = next.filter(|message| message.sequence < end) else {
                    break;
                };
                at = message.sequence + 1;
                found.push(message);
            }
            newest.extend(found.into_iter().rev());
            (end, window) = (begin, window.saturating_mul(2));
        }
        newest.truncate(limit);
        Ok(newest)
    }
}
