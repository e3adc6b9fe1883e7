//! One aggregate's events: a batch direct get, which any replica answers, and the leader for what that one lacks.
use crate::{
    limits::{LOAD_BATCH, MAX_LOADED_EVENTS, MAX_REOPENINGS, REQUEST_TIMEOUT},
    shared::{Shared, pause, unavailable},
    topology::Stream,
    wire,
};
use async_nats::{HeaderMap, Message};
use errand_eventlog::{LogError, Recorded, Seq, port::Result};
use errand_proto::Subject;
use futures::StreamExt;
use serde_json::json;
use std::sync::Arc;

/// The end of a batch.
const EOB: u16 = 204;
const NOT_FOUND: u16 = 404;

impl Shared {
    pub async fn load(&self, subject: &Subject, after: Seq) -> Result<Vec<Arc<Recorded>>> {
        let mut events = self.direct(subject, after).await?;
        let last = |events: &[Arc<Recorded>]| events.last().map_or(after, |event| event.seq);
        let known = self.known.last(subject);
        let mut attempt = 0;
        while last(&events) < known {
            // This replica has not applied what this process knows of.
            self.rest(subject, last(&events), &mut events).await?;
            attempt += 1;
            if attempt > MAX_REOPENINGS {
                return Err(LogError::Unavailable(format!(
                    "sequence {known} of {subject} is known but cannot be seen: the cluster is catching up"
                )));
            }
            if last(&events) < known {
                tokio::time::sleep(pause(attempt)).await;
            }
        }
        if let Some(event) = events.last() {
            self.known.note(subject, event.seq);
        }
        Ok(events)
    }

    /// What the leader has after `after`.
    async fn rest(
        &self,
        subject: &Subject,
        mut after: Seq,
        events: &mut Vec<Arc<Recorded>>,
    ) -> Result<()> {
        let wire = self.subjects.event(subject);
        while let Some(message) = self.next(Stream::Events, &wire, after + 1).await? {
            after = message.sequence;
            events.push(Arc::new(wire::stored(&self.subjects, message)?));
        }
        Ok(())
    }

    async fn direct(&self, subject: &Subject, after: Seq) -> Result<Vec<Arc<Recorded>>> {
        let wire = self.subjects.event(subject);
        let mut events = Vec::new();
        let mut after = after;
        while self.direct_batch(&wire, after, &mut events).await? {
            after = events
                .last()
                .map_or(after, |event: &Arc<Recorded>| event.seq);
            if events.len() > MAX_LOADED_EVENTS {
                return Err(LogError::Rejected(format!(
                    "{subject} has more than {MAX_LOADED_EVENTS} events, which is the limit of a load"
                )));
            }
        }
        Ok(events)
    }

    /// `true` when there is more.
    async fn direct_batch(
        &self,
        wire: &str,
        after: Seq,
        events: &mut Vec<Arc<Recorded>>,
    ) -> Result<bool> {
        let inbox = self.client.new_inbox();
        let mut answers = self
            .client
            .subscribe(inbox.clone())
            .await
            .map_err(unavailable)?;
        let request = json!({ "batch": LOAD_BATCH, "seq": after + 1, "next_by_subj": wire });
        let api = self.subjects.direct_get(Stream::Events);
        let request = request.to_string().into();
        let sent = self.client.publish_with_reply(api, inbox, request);
        sent.await.map_err(unavailable)?;
        loop {
            let answer = tokio::time::timeout(REQUEST_TIMEOUT, answers.next()).await;
            let lost = || LogError::Unavailable("NATS did not answer a load in time".into());
            let message = answer.map_err(|_| lost())?.ok_or_else(lost)?;
            match message.status.map(|status| status.as_u16()) {
                None => events.push(Arc::new(self.direct_event(message)?)),
                Some(NOT_FOUND) => return Ok(false),
                Some(EOB) => {
                    let headers = message.headers.unwrap_or_default();
                    return Ok(number(&headers, "Nats-Num-Pending").unwrap_or(0) > 0);
                }
                Some(code) => {
                    let text = message.description.unwrap_or_default();
                    return Err(LogError::Unavailable(format!(
                        "NATS: a load got {code} {text}"
                    )));
                }
            }
        }
    }

    fn direct_event(&self, message: Message) -> Result<Recorded> {
        let headers = message.headers.unwrap_or_default();
        let (Some(seq), Some(subject)) = (
            number(&headers, "Nats-Sequence"),
            wire::header(&headers, "Nats-Subject"),
        ) else {
            return Err(LogError::Corrupt(
                "a direct get without its position".into(),
            ));
        };
        let subject = subject.to_owned();
        wire::recorded(&self.subjects, seq, &subject, &headers, message.payload)
    }
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    wire::header(headers, name)?.parse().ok()
}
