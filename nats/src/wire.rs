//! Events as messages.
use crate::subjects::Subjects;
use async_nats::{HeaderMap, HeaderValue, jetstream::message::StreamMessage};
use bytes::Bytes;
use errand_eventlog::{LogError, NewEvent, Recorded, Seq, port::Result};
use errand_proto::{Envelope, Subject};
use std::str::FromStr;

pub(crate) fn headers(event: &NewEvent, subject: &Subject) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in event.envelope.to_headers(subject.id()) {
        headers.insert(name, header_value(name, &value)?);
    }
    Ok(headers)
}

fn header_value(name: &str, value: &str) -> Result<HeaderValue> {
    HeaderValue::from_str(value).map_err(|_| {
        LogError::Rejected(format!(
            "the value of {name} holds a line break, which headers cannot"
        ))
    })
}

pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(HeaderValue::as_str)
}

/// The event that a message of the event stream holds.
pub(crate) fn recorded(
    subjects: &Subjects,
    seq: Seq,
    subject: &str,
    headers: &HeaderMap,
    data: Bytes,
) -> Result<Recorded> {
    let unreadable =
        |reason: String| LogError::Corrupt(format!("message {seq} on {subject}: {reason}"));
    let envelope = Envelope::from_headers(|name| header(headers, name));
    Ok(Recorded {
        seq,
        subject: subjects
            .aggregate(subject)
            .map_err(|error| unreadable(error.to_string()))?,
        envelope: envelope.map_err(|error| unreadable(error.to_string()))?,
        data,
    })
}

pub(crate) fn stored(subjects: &Subjects, message: StreamMessage) -> Result<Recorded> {
    let (seq, subject) = (message.sequence, message.subject);
    recorded(subjects, seq, &subject, &message.headers, message.payload)
}
