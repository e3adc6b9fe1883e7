//! A letter: the event's own headers and payload, and beside them why it is here.
use crate::{
    limits::MAX_ERROR_CHARS,
    publish::Guarded,
    shared::Shared,
    topology::Stream,
    wire::{self, header},
};
use async_nats::{HeaderMap, Message, jetstream::message::StreamMessage};
use errand_eventlog::{DeadLetter, LogError, Seq, port::Result};
use std::sync::Arc;

const GROUP: &str = "errand-letter-group";
/// A JSON string, so that it is one line.
const REASON: &str = "errand-letter-reason";
const ATTEMPTS: &str = "errand-letter-attempts";
/// Microseconds since the Unix epoch.
const AT_US: &str = "errand-letter-at-us";
/// Where the event is in the log; also on a letter's way back.
pub(crate) const REDRIVEN_SEQ: &str = "errand-log-seq";
pub(crate) const REDRIVEN_SUBJECT: &str = "errand-log-subject";

/// Why a message is set aside.
pub(crate) struct Buried<'a> {
    pub group: &'a str,
    /// The stream that it was pulled from, and its sequence there.
    pub origin: (Stream, Seq),
    pub reason: &'a str,
    pub attempts: u32,
}

impl Shared {
    /// Writes the letter; the same message from the same place again changes nothing.
    pub async fn bury(&self, buried: Buried<'_>, message: &Message) -> Result<()> {
        let original = message.headers.clone().unwrap_or_default();
        let mut headers = own(&original);
        // A redriven message tells where it was; one from the log is there.
        if buried.origin.0 == Stream::Events {
            headers.insert(REDRIVEN_SEQ, buried.origin.1.to_string().as_str());
            headers.insert(REDRIVEN_SUBJECT, message.subject.as_str());
        }
        let reason: String = buried.reason.chars().take(MAX_ERROR_CHARS).collect();
        let reason = serde_json::Value::String(reason).to_string();
        headers.insert(GROUP, buried.group);
        headers.insert(REASON, reason.as_str());
        headers.insert(ATTEMPTS, buried.attempts.to_string().as_str());
        headers.insert(AT_US, self.clock.now_us().to_string().as_str());
        let (stream, seq) = buried.origin;
        let letter = Guarded {
            subject: self.subjects.letter(buried.group, stream, seq),
            headers,
            data: message.payload.clone(),
            expected: Some(0),
        };
        // A guard that fails says that the letter is there.
        self.put(letter).await.map(|_| ())
    }

    /// The letter that a message of the letter stream is.
    pub(super) fn letter(&self, message: StreamMessage) -> Result<DeadLetter> {
        let headers = message.headers;
        let lost = |name| LogError::Corrupt(format!("letter {} has no {name}", message.sequence));
        let text = |name| header(&headers, name).ok_or_else(|| lost(name));
        let number = |name| text(name)?.parse::<u64>().map_err(|_| lost(name));
        let reason: String = serde_json::from_str(text(REASON)?).map_err(|_| lost(REASON))?;
        let (seq, subject) = (number(REDRIVEN_SEQ)?, text(REDRIVEN_SUBJECT)?);
        let event = wire::recorded(&self.subjects, seq, subject, &headers, message.payload)?;
        Ok(DeadLetter {
            id: message.sequence,
            group: text(GROUP)?.to_owned(),
            reason,
            attempts: u32::try_from(number(ATTEMPTS)?).unwrap_or(u32::MAX),
            at_us: text(AT_US)?.parse().map_err(|_| lost(AT_US))?,
            event: Arc::new(event),
        })
    }

    /// The group that a letter is of.
    pub(super) fn addressee<'a>(&self, letter: &'a StreamMessage) -> &'a str {
        header(&letter.headers, GROUP).unwrap_or_default()
    }

    /// Puts a letter on its way back to its group.
    pub(super) async fn send_back(&self, letter: StreamMessage) -> Result<()> {
        let group = self.addressee(&letter);
        let back = Guarded {
            subject: self.subjects.redriven(group, letter.sequence),
            headers: own(&letter.headers),
            data: letter.payload,
            expected: Some(0),
        };
        self.put(back).await.map(|_| ())
    }
}

/// The headers without those that the server acts upon.
fn own(headers: &HeaderMap) -> HeaderMap {
    let mut own = HeaderMap::new();
    for (name, values) in headers.iter() {
        let text = name.to_string();
        if text.starts_with("Nats-") || text.starts_with("errand-letter-") {
            continue;
        }
        for value in values {
            own.append(name.clone(), value.clone());
        }
    }
    own
}
