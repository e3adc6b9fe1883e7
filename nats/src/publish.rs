//! Guarded publishes: one message, or several as an atomic batch.
use crate::{limits::REQUEST_TIMEOUT, request::Unanswered, shared::Shared};
use async_nats::HeaderMap;
use bytes::Bytes;
use errand_eventlog::{LogError, Seq, port::Result};
use serde::Deserialize;
use uuid::Uuid;

/// The stream sequence of the last message on the very subject; 0 when there must be none.
const EXPECTED: &str = "Nats-Expected-Last-Subject-Sequence";
const BATCH_ID: &str = "Nats-Batch-Id";
const BATCH_SEQUENCE: &str = "Nats-Batch-Sequence";
const BATCH_COMMIT: &str = "Nats-Batch-Commit";

/// Wrong last sequence (10071), the same while another write is under way (10164), a repeated id (10201).
const GUARD_FAILED: [u64; 3] = [10071, 10164, 10201];
/// The batch was given up, or there were too many: parts of it were lost on the way, or its time ran out.
const BATCH_INCOMPLETE: u64 = 10176;

/// A message with its guard; `None` only for a further message of a subject in the same batch.
#[derive(Debug, Clone)]
pub(crate) struct Guarded {
    pub subject: String,
    pub headers: HeaderMap,
    pub data: Bytes,
    pub expected: Option<Seq>,
}

/// What the server made of it.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The sequence of each message.
    Stored(Vec<Seq>),
    /// Nothing was stored: a guard did not hold, for whatever reason.
    GuardFailed,
    /// Stored or not: nobody knows.
    Unknown(String),
    /// Nothing was stored, and the same again would not be.
    Refused(String),
}

#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(default)]
    seq: Seq,
    error: Option<ServerError>,
}

#[derive(Debug, Deserialize)]
struct ServerError {
    code: u16,
    #[serde(default)]
    err_code: u64,
    #[serde(default)]
    description: String,
}

impl Shared {
    pub async fn publish(&self, mut messages: Vec<Guarded>) -> Outcome {
        match (messages.pop(), messages.is_empty()) {
            (None, _) => Outcome::Stored(Vec::new()),
            (Some(only), true) => self.publish_one(only).await,
            (Some(last), false) => {
                let Ok(_room) = self.batches.acquire().await else {
                    return Outcome::Refused("the log was closed".into());
                };
                let subjects: Vec<_> = messages.iter().map(|m| m.subject.clone()).collect();
                let mut refusals = self.watched.refusals();
                match self.publish_batch(messages, last).await {
                    // Of the messages between first and last it is not told which one was refused.
                    Outcome::Unknown(reason) => match refusals.so_far(&subjects) {
                        Some(refusal) => {
                            Outcome::Refused(Unanswered::Forbidden(refusal).to_string())
                        }
                        None => Outcome::Unknown(reason),
                    },
                    outcome => outcome,
                }
            }
        }
    }

    async fn publish_one(&self, message: Guarded) -> Outcome {
        match self
            .ask(message.subject.clone(), guarded(&message), message.data)
            .await
        {
            Ok(Some(answer)) => Outcome::Stored(vec![answer.seq]),
            Ok(None) => Outcome::Unknown("the server's answer was empty".into()),
            Err(outcome) => outcome,
        }
    }

    /// The first and the last message are requests: an early refusal is heard at once.
    async fn publish_batch(&self, messages: Vec<Guarded>, last: Guarded) -> Outcome {
        let id = Uuid::new_v4().simple().to_string();
        let count = messages.len() as u64 + 1;
        for (index, message) in (1u64..).zip(messages) {
            let headers = batched(guarded(&message), &id, index);
            let sent = if index == 1 {
                self.ask(message.subject, headers, message.data)
                    .await
                    .map(|_| ())
            } else {
                let sent = self
                    .client
                    .publish_with_headers(message.subject, headers, message.data);
                sent.await
                    .map_err(|error| Outcome::Unknown(error.to_string()))
            };
            if let Err(outcome) = sent {
                return outcome;
            }
        }
        let mut headers = batched(guarded(&last), &id, count);
        headers.insert(BATCH_COMMIT, "1");
        match self.ask(last.subject, headers, last.data).await {
            Ok(Some(answer)) => Outcome::Stored((answer.seq + 1 - count..=answer.seq).collect()),
            Ok(None) => Outcome::Unknown("the server's answer was empty".into()),
            Err(outcome) => outcome,
        }
    }

    /// The answer, or `None` for an empty one, which tells that a batch may go on.
    async fn ask(
        &self,
        subject: String,
        headers: HeaderMap,
        data: Bytes,
    ) -> std::result::Result<Option<Answer>, Outcome> {
        let asked = self.request(subject, headers, data, REQUEST_TIMEOUT).await;
        let message = asked.map_err(|unanswered| match unanswered.is_final() {
            true => Outcome::Refused(unanswered.to_string()),
            false => Outcome::Unknown(unanswered.to_string()),
        })?;
        if message.payload.is_empty() {
            return Ok(None);
        }
        let answer: Answer = serde_json::from_slice(&message.payload)
            .map_err(|error| Outcome::Unknown(format!("unreadable answer: {error}")))?;
        match answer.error {
            Some(error) => Err(judge(error)),
            None => Ok(Some(answer)),
        }
    }

    /// Publishes one message; `None` when its guard does not hold.
    pub async fn put(&self, message: Guarded) -> Result<Option<Seq>> {
        match self.publish_one(message).await {
            Outcome::Stored(seqs) => Ok(seqs.last().copied()),
            Outcome::GuardFailed => Ok(None),
            Outcome::Unknown(reason) => Err(LogError::Unknown(reason)),
            Outcome::Refused(reason) => Err(LogError::Rejected(reason)),
        }
    }
}

fn guarded(message: &Guarded) -> HeaderMap {
    let mut headers = message.headers.clone();
    if let Some(expected) = message.expected {
        headers.insert(EXPECTED, expected.to_string().as_str());
    }
    headers
}

fn batched(mut headers: HeaderMap, id: &str, index: u64) -> HeaderMap {
    headers.insert(BATCH_ID, id);
    headers.insert(BATCH_SEQUENCE, index.to_string().as_str());
    headers
}

fn judge(error: ServerError) -> Outcome {
    let ServerError {
        code,
        err_code,
        description,
    } = error;
    let text = format!("{description} (JetStream code {err_code})");
    if GUARD_FAILED.contains(&err_code) {
        Outcome::GuardFailed
    } else if err_code == BATCH_INCOMPLETE || code >= 500 {
        Outcome::Unknown(text)
    } else {
        Outcome::Refused(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(code: u16, err_code: u64) -> Outcome {
        judge(ServerError {
            code,
            err_code,
            description: "told".into(),
        })
    }

    #[test]
    fn all_three_codes_of_a_failed_guard_are_known() {
        for code in [10071, 10164, 10201] {
            assert!(matches!(judged(400, code), Outcome::GuardFailed), "{code}");
        }
    }

    #[test]
    fn a_lost_batch_and_a_cluster_without_leader_leave_the_outcome_unknown() {
        assert!(matches!(judged(400, 10176), Outcome::Unknown(_)));
        assert!(matches!(judged(503, 10008), Outcome::Unknown(_)));
        assert!(matches!(judged(400, 10054), Outcome::Refused(_)));
    }
}
