//! The box of dead letters as callers see it. All reads are answered by the leader.
use crate::{
    NatsLog, group,
    limits::{MAX_LETTERS, MAX_LIST_STEPS, MAX_LISTED},
    shared::unavailable,
    subjects::is_subject,
    topology::Stream,
};
use async_nats::jetstream::message::StreamMessage;
use async_trait::async_trait;
use errand_eventlog::{DeadLetter, DeadLetters, LetterQuery, LogError, port::Result};
use futures::{StreamExt, TryStreamExt};
use std::collections::BTreeMap;

#[async_trait]
impl DeadLetters for NatsLog {
    async fn find(&self, query: &LetterQuery) -> Result<Vec<DeadLetter>> {
        let subjects = &self.shared().subjects;
        let subject = match &query.group {
            // No group of any program can have such a name.
            Some(group) if !is_subject(group) => return Ok(Vec::new()),
            Some(group) => subjects.letters_of(group),
            None => subjects.letters(),
        };
        let limit = query.limit.min(MAX_LISTED) as usize;
        let mut letters = Vec::new();
        for message in self.newest_letters(&subject, query.before, limit).await? {
            match self.shared().letter(message) {
                Ok(letter) => letters.push(letter),
                // Not made by a group of ours. It stays in the stream, where `nats stream get` shows it.
                Err(error) => tracing::warn!(%error, "a dead letter cannot be shown"),
            }
        }
        Ok(letters)
    }

    async fn counts(&self) -> Result<BTreeMap<String, u64>> {
        let subjects = &self.shared().subjects;
        let stream = self.shared().stream(Stream::Letters).await?;
        let all = stream.info_with_subjects(subjects.letters()).await;
        let all = all.map_err(unavailable)?;
        // Each letter has a subject of its own, and there are no more than the stream takes.
        let mut letters = all.take(usize::try_from(MAX_LETTERS).unwrap_or(usize::MAX));
        let mut counts = BTreeMap::new();
        while let Some((subject, count)) = letters.try_next().await.map_err(unavailable)? {
            if let Some(group) = subjects.group_of_letter(&subject) {
                *counts.entry(group.to_owned()).or_default() += count as u64;
            }
        }
        Ok(counts)
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
        let (seq, to) = (message.sequence, self.shared().addressee(&message));
        if !group::takes_redriven(self.shared(), to).await? {
            return Err(LogError::Rejected(format!(
                "{to} is another program's subscriber and takes nothing back: let it read letter {seq} again itself, \
                 or give it a consumer named {to} of the stream of redriven letters; then discard the letter"
            )));
        }
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
    async fn newest_letters(
        &self,
        subject: &str,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<StreamMessage>> {
        let shared = self.shared();
        let stream = shared.stream(Stream::Letters).await?;
        let state = stream.get_info().await.map_err(unavailable)?.state;
        let mut newest: Vec<StreamMessage> = Vec::new();
        let end = state.last_sequence + 1;
        let mut end = before.map_or(end, |before| before.min(end));
        let (mut window, mut steps) = (limit as u64, 0);
        while newest.len() < limit && end > state.first_sequence.max(1) && steps < MAX_LIST_STEPS {
            let begin = end.saturating_sub(window).max(state.first_sequence).max(1);
            let mut found = Vec::new();
            let mut at = begin;
            while at < end && steps < MAX_LIST_STEPS {
                steps += 1;
                let next = shared.next(Stream::Letters, subject, at).await?;
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
