//! Appends: publish under guards, and when the answer is lost or says no, read back what came of it.
use crate::{
    limits::{
        APPEND_TIMEOUT, MAX_APPEND_BYTES, MAX_EVENT_BYTES, MAX_EVENTS_PER_APPEND, MAX_TEXT_BYTES,
    },
    publish::{Guarded, Outcome},
    shared::{Shared, pause},
    topology::Stream,
    wire,
};
use async_nats::HeaderMap;
use errand_eventlog::{LogError, NewEvent, Seq, Write, port::Result};
use errand_proto::Subject;
use std::{collections::HashSet, time::Instant};

/// What the log holds after the guards of an append.
enum ReadBack {
    /// The very events, with these sequences.
    Ours(Vec<Seq>),
    Conflict {
        subject: Subject,
        actual: Seq,
    },
    /// Every aggregate is where the guards expect it.
    Unmoved,
}

impl Shared {
    pub async fn append(&self, writes: &[Write]) -> Result<Vec<Seq>> {
        check(writes)?;
        let messages = self.messages(writes)?;
        let since = Instant::now();
        let mut unknown = false;
        for attempt in 0.. {
            let reason = match self.publish(messages.clone()).await {
                Outcome::Stored(seqs) => return Ok(self.noted(writes, seqs)),
                Outcome::Refused(reason) => return Err(LogError::Rejected(reason)),
                Outcome::GuardFailed => "a guard failed without a visible reason".to_owned(),
                Outcome::Unknown(reason) => {
                    unknown = true;
                    reason
                }
            };
            match self.read_back(writes).await {
                Ok(ReadBack::Ours(seqs)) => return Ok(self.noted(writes, seqs)),
                Ok(ReadBack::Conflict { subject, actual }) => {
                    self.known.note(&subject, actual);
                    self.contention.wait(&subject, since.elapsed()).await;
                    return Err(LogError::Conflict { subject, actual });
                }
                // Another write is still under way, or ours never arrived: the guards make it safe to try again.
                Ok(ReadBack::Unmoved) => {}
                Err(error) => tracing::debug!(%error, "reading back failed"),
            }
            if since.elapsed() > APPEND_TIMEOUT {
                return Err(if unknown {
                    LogError::Unknown(reason)
                } else {
                    LogError::Unavailable(reason)
                });
            }
            tokio::time::sleep(pause(attempt)).await;
        }
        Err(LogError::Unavailable(
            "the append was tried too often".into(),
        ))
    }

    fn messages(&self, writes: &[Write]) -> Result<Vec<Guarded>> {
        let mut messages = Vec::new();
        for write in writes {
            let mut expected = Some(write.expected);
            for event in &write.events {
                messages.push(Guarded {
                    subject: self.subjects.event(&write.subject),
                    headers: wire::headers(event, &write.subject)?,
                    data: event.data.clone(),
                    // The server takes one guard per subject in a batch, on its first message.
                    expected: expected.take(),
                });
            }
        }
        Ok(messages)
    }

    fn noted(&self, writes: &[Write], seqs: Vec<Seq>) -> Vec<Seq> {
        let mut end = 0;
        for write in writes {
            end += write.events.len();
            if let Some(seq) = seqs.get(end - 1) {
                self.known.note(&write.subject, *seq);
            }
        }
        seqs
    }

    async fn read_back(&self, writes: &[Write]) -> Result<ReadBack> {
        let mut ours = Vec::new();
        let mut moved = None;
        for write in writes {
            let wire = self.subjects.event(&write.subject);
            let last = self.last(Stream::Events, &wire).await?;
            let actual = last.map_or(0, |message| message.sequence);
            if actual == write.expected {
                continue;
            }
            if moved.is_none() {
                moved = Some((write.subject.clone(), actual));
            }
            match self.repeated(write, &wire).await? {
                Some(seqs) => ours.extend(seqs),
                None => break,
            }
        }
        let wanted: usize = writes.iter().map(|write| write.events.len()).sum();
        Ok(match moved {
            None => ReadBack::Unmoved,
            Some(_) if ours.len() == wanted => ReadBack::Ours(ours),
            Some((subject, actual)) => ReadBack::Conflict { subject, actual },
        })
    }

    /// The sequences of the write's events when exactly they follow its guard.
    async fn repeated(&self, write: &Write, wire: &str) -> Result<Option<Vec<Seq>>> {
        let mut seqs = Vec::new();
        let mut after = write.expected;
        for event in &write.events {
            let found = self.next(Stream::Events, wire, after + 1).await?;
            let Some(found) = found.filter(|found| is(&found.headers, event)) else {
                return Ok(None);
            };
            after = found.sequence;
            seqs.push(after);
        }
        Ok(Some(seqs))
    }
}

fn is(headers: &HeaderMap, event: &NewEvent) -> bool {
    let id = wire::header(headers, errand_proto::header::ID);
    id.is_some_and(|id| id == event.envelope.id.to_string())
}

fn check(writes: &[Write]) -> Result<()> {
    let reject = |reason: String| Err(LogError::Rejected(reason));
    let events: usize = writes.iter().map(|write| write.events.len()).sum();
    if writes.is_empty() || writes.iter().any(|write| write.events.is_empty()) {
        return reject("an append or one of its writes has no events".into());
    }
    if events > MAX_EVENTS_PER_APPEND {
        return reject(format!(
            "an append of {events} events, the limit is {MAX_EVENTS_PER_APPEND}"
        ));
    }
    let subjects: HashSet<_> = writes.iter().map(|write| &write.subject).collect();
    if subjects.len() != writes.len() {
        return reject("an append names one aggregate twice: put its events into one write".into());
    }
    let all = || writes.iter().flat_map(|write| &write.events);
    if let Some(large) = all().find(|event| event.data.len() > MAX_EVENT_BYTES) {
        let (ty, bytes) = (&large.envelope.event_type, large.data.len());
        return reject(format!(
            "a payload of {ty} has {bytes} bytes, the limit is {MAX_EVENT_BYTES}"
        ));
    }
    let bytes: usize = all().map(|event| event.data.len()).sum();
    if bytes > MAX_APPEND_BYTES {
        return reject(format!(
            "an append of {bytes} bytes, the limit is {MAX_APPEND_BYTES}"
        ));
    }
    all().try_for_each(check_texts)
}

fn check_texts(event: &NewEvent) -> Result<()> {
    let envelope = &event.envelope;
    let trace = envelope.traceparent.as_deref().unwrap_or_default();
    let texts = [
        ("event type", envelope.event_type.as_str()),
        ("source", envelope.source.as_str()),
        ("trace context", trace),
    ];
    for (name, text) in texts {
        if text.len() > MAX_TEXT_BYTES {
            let bytes = text.len();
            return Err(LogError::Rejected(format!(
                "the {name} of an event has {bytes} bytes, the limit is {MAX_TEXT_BYTES}"
            )));
        }
    }
    Ok(())
}
