//! What travels beside an event's payload: CloudEvents attributes in lower case, and our own.
use uuid::Uuid;

/// Header names on the wire. NATS headers are case-sensitive, so always lower case.
pub mod header {
    pub const ID: &str = "ce-id";
    pub const TYPE: &str = "ce-type";
    pub const SOURCE: &str = "ce-source";
    pub const SUBJECT: &str = "ce-subject";
    pub const TIME: &str = "ce-time";
    pub const SPEC_VERSION: &str = "ce-specversion";
    pub const CONTENT_TYPE: &str = "ce-datacontenttype";
    pub const CORRELATION_ID: &str = "ce-correlationid";
    pub const CAUSATION_ID: &str = "ce-causationid";
    pub const COMMAND_ID: &str = "ce-commandid";
    pub const AGGREGATE_VERSION: &str = "ce-aggregateversion";
    pub const TRACE_PARENT: &str = "traceparent";
}

pub(crate) const SPEC_VERSION: &str = "1.0";
pub(crate) const CONTENT_TYPE: &str = "application/protobuf";

/// Who, when, why: everything about an event except what happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Unique for ever; UUIDv5 of command id and index, so a repeated command repeats its ids.
    pub id: Uuid,
    /// Full protobuf name, e.g. `errand.v1.StoryCreated`.
    pub event_type: String,
    /// The service that wrote it, e.g. `errand/spawner`.
    pub source: String,
    /// Microseconds since the Unix epoch.
    pub time_us: i64,
    /// Shared by everything that follows from one cause (the user's message).
    pub correlation_id: Uuid,
    /// The event or request that led directly to this one.
    pub causation_id: Uuid,
    pub command_id: Uuid,
    /// 1 for the first event of the aggregate.
    pub aggregate_version: u64,
    /// W3C trace context, when the writer was traced.
    pub traceparent: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    #[error("header {0} is missing")]
    Missing(&'static str),
    #[error("header {name} has the unreadable value {value:?}")]
    Unreadable { name: &'static str, value: String },
}

impl Envelope {
    /// The headers as they go over the wire; `subject` is the aggregate's id.
    pub fn to_headers(&self, subject: &str) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            (header::ID, self.id.to_string()),
            (header::TYPE, self.event_type.clone()),
            (header::SOURCE, self.source.clone()),
            (header::SUBJECT, subject.to_owned()),
            (header::TIME, rfc3339(self.time_us)),
            (header::SPEC_VERSION, SPEC_VERSION.to_owned()),
            (header::CONTENT_TYPE, CONTENT_TYPE.to_owned()),
            (header::CORRELATION_ID, self.correlation_id.to_string()),
            (header::CAUSATION_ID, self.causation_id.to_string()),
            (header::COMMAND_ID, self.command_id.to_string()),
            (
                header::AGGREGATE_VERSION,
                self.aggregate_version.to_string(),
            ),
        ];
        headers.extend(self.traceparent.clone().map(|t| (header::TRACE_PARENT, t)));
        headers
    }

    /// Reads what [`Envelope::to_headers`] wrote.
    ///
    /// # Errors
    /// A required header is missing or unreadable.
    pub fn from_headers<'a>(
        get: impl Fn(&'static str) -> Option<&'a str>,
    ) -> Result<Self, EnvelopeError> {
        let text = |name| get(name).ok_or(EnvelopeError::Missing(name));
        let time = text(header::TIME)?;
        Ok(Self {
            id: parse(header::ID, text(header::ID)?)?,
            event_type: text(header::TYPE)?.to_owned(),
            source: text(header::SOURCE)?.to_owned(),
            time_us: from_rfc3339(time).ok_or_else(|| unreadable(header::TIME, time))?,
            correlation_id: parse(header::CORRELATION_ID, text(header::CORRELATION_ID)?)?,
            causation_id: parse(header::CAUSATION_ID, text(header::CAUSATION_ID)?)?,
            command_id: parse(header::COMMAND_ID, text(header::COMMAND_ID)?)?,
            aggregate_version: parse(header::AGGREGATE_VERSION, text(header::AGGREGATE_VERSION)?)?,
            traceparent: get(header::TRACE_PARENT).map(str::to_owned),
        })
    }
}

fn parse<T: std::str::FromStr>(name: &'static str, value: &str) -> Result<T, EnvelopeError> {
    value.parse().map_err(|_| unreadable(name, value))
}

fn unreadable(name: &'static str, value: &str) -> EnvelopeError {
    EnvelopeError::Unreadable {
        name,
        value: value.chars().take(100).collect(),
    }
}

/// Microseconds since the epoch as RFC 3339 in UTC, always six decimals so that text order is time order.
pub fn rfc3339(time_us: i64) -> String {
    let Ok(t) = time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(time_us) * 1000) else {
        return String::new();
    };
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
        t.year(),
        u8::from(t.month()),
        t.day(),
        t.hour(),
        t.minute(),
        t.second(),
        t.microsecond()
    )
}

/// Reads RFC 3339 text, with any offset, as microseconds since the epoch.
pub fn from_rfc3339(text: &str) -> Option<i64> {
    let format = &time::format_description::well_known::Rfc3339;
    let time = time::OffsetDateTime::parse(text, format).ok()?;
    i64::try_from(time.unix_timestamp_nanos() / 1000).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_read_back_as_the_same_envelope() {
        let envelope = Envelope {
            id: Uuid::from_u128(1),
            event_type: "errand.v1.StoryCreated".into(),
            source: "errand/spawner".into(),
            time_us: 1_763_800_000_000_450,
            correlation_id: Uuid::from_u128(2),
            causation_id: Uuid::from_u128(3),
            command_id: Uuid::from_u128(4),
            aggregate_version: 7,
            traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into()),
        };
        let headers = envelope.to_headers("story-1");
        let read = Envelope::from_headers(|name| {
            let found = headers.iter().find(|(n, _)| *n == name);
            found.map(|(_, v)| v.as_str())
        });
        assert_eq!(read.unwrap(), envelope);
    }

    #[test]
    fn a_missing_header_is_named() {
        let error = Envelope::from_headers(|_| None).unwrap_err();
        assert_eq!(error.to_string(), "header ce-time is missing");
    }
}
