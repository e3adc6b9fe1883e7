use super::Document;
use crate::{
    Error, Result,
    projection::{Fact, signed, unsigned},
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use errand_eventlog::Recorded;
use errand_proto::{
    AggregateKind, BatchEvent, ConversationEvent, DecodeError, Envelope, Event, NotificationEvent,
    SessionEvent, StoryEvent, Subject, catalogue::EVENT_VERSION,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

table! {
    /// An event as it is archived. The first seven columns are cqrs-es' own.
    pub struct EventRow in "events" key (aggregate_type, aggregate_id, sequence) {
        pub aggregate_type: String,
        pub aggregate_id: String,
        /// 1 for the first event of its aggregate.
        pub sequence: i64,
        /// Short name, e.g. `StoryCreated`.
        pub event_type: String,
        pub event_version: String,
        /// `["StoryCreated", {…proto3 JSON…}]`, as serde reads our event types.
        pub payload: Document,
        /// Texts by name, as cqrs-es keeps them.
        pub metadata: Document,
        /// Its place in the log's total order.
        pub log_seq: i64,
        /// Microseconds since the Unix epoch.
        pub time_us: i64,
        pub event_id: String,
        pub workspace: String,
        /// The story that the event is about, where one is named or its session belongs to one.
        pub story_id: String,
        pub correlation_id: String,
        pub causation_id: String,
        pub command_id: String,
        /// Why this program could not read it; empty for nearly all.
        pub unreadable: String,
    }
}

impl EventRow {
    pub(super) fn of(fact: &Fact) -> Self {
        let envelope = &fact.recorded.envelope;
        let row = Self {
            aggregate_type: fact.subject.kind().as_str().to_owned(),
            aggregate_id: fact.subject.id().to_owned(),
            sequence: signed(fact.version),
            event_version: EVENT_VERSION.to_owned(),
            metadata: metadata(fact),
            log_seq: fact.at.seq,
            time_us: fact.at.time,
            event_id: envelope.id.to_string(),
            workspace: fact.subject.workspace().to_owned(),
            correlation_id: envelope.correlation_id.to_string(),
            causation_id: envelope.causation_id.to_string(),
            command_id: envelope.command_id.to_string(),
            ..Self::default()
        };
        match &fact.event {
            Ok(event) => row.readable(event, &fact.subject),
            Err(error) => row.unreadable(error, fact),
        }
    }

    fn readable(self, event: &Event, subject: &Subject) -> Self {
        let data = event.to_json();
        Self {
            event_type: event.name().to_owned(),
            story_id: story_of(subject, &data).unwrap_or_default().to_owned(),
            payload: Document(json!([event.name(), data])),
            ..self
        }
    }

    /// The recorded bytes, so that nothing is lost. Reading them as an event fails, as it must.
    fn unreadable(self, error: &DecodeError, fact: &Fact) -> Self {
        let reason = error.to_string();
        Self {
            event_type: fact.recorded.envelope.event_type.clone(),
            payload: Document(json!({
                "unreadable": reason,
                "base64": BASE64.encode(&fact.recorded.data),
            })),
            unreadable: reason,
            ..self
        }
    }

    /// The event as the log has it; one of a retired type in its present shape.
    ///
    /// # Errors
    /// The row was tampered with.
    pub fn recorded(&self) -> Result<Recorded> {
        self.read()
            .ok_or(Error::ArchiveBroken { seq: self.log_seq })
    }

    fn read(&self) -> Option<Recorded> {
        let mut kinds = AggregateKind::ALL.into_iter();
        let kind = kinds.find(|k| k.as_str() == self.aggregate_type)?;
        let (event_type, data) = match self.unreadable.is_empty() {
            true => self
                .event(kind)
                .map(|e| (e.full_name().to_owned(), e.encode()))?,
            false => {
                let bytes = BASE64.decode(self.payload.0["base64"].as_str()?);
                (self.event_type.clone(), bytes.ok()?)
            }
        };
        let meta = |name: &str| self.metadata.0[name].as_str().map(str::to_owned);
        Some(Recorded {
            seq: unsigned(self.log_seq),
            subject: Subject::new(&self.workspace, kind, &self.aggregate_id).ok()?,
            envelope: Envelope {
                id: self.event_id.parse().ok()?,
                event_type,
                source: meta("source")?,
                time_us: self.time_us,
                correlation_id: self.correlation_id.parse().ok()?,
                causation_id: self.causation_id.parse().ok()?,
                command_id: self.command_id.parse().ok()?,
                aggregate_version: unsigned(self.sequence),
                traceparent: meta("traceparent"),
            },
            data: data.into(),
        })
    }

    fn event(&self, kind: AggregateKind) -> Option<Event> {
        fn typed<E: DeserializeOwned + Into<Event>>(payload: &Value) -> Option<Event> {
            E::deserialize(payload).ok().map(Into::into)
        }
        let payload = &self.payload.0;
        match kind {
            AggregateKind::Conversation => typed::<ConversationEvent>(payload),
            AggregateKind::Story => typed::<StoryEvent>(payload),
            AggregateKind::Batch => typed::<BatchEvent>(payload),
            AggregateKind::Session => typed::<SessionEvent>(payload),
            AggregateKind::Notification => typed::<NotificationEvent>(payload),
        }
    }
}

/// The story that an event tells by itself, given its proto3 JSON.
pub fn story_of<'a>(subject: &'a Subject, data: &'a Value) -> Option<&'a str> {
    match subject.kind() {
        AggregateKind::Story => Some(subject.id()),
        _ => data["storyId"].as_str(),
    }
}

/// The names under which our commands carry them, and the rest of the envelope.
fn metadata(fact: &Fact) -> Document {
    let envelope = &fact.recorded.envelope;
    let texts = [
        ("command", envelope.command_id.to_string()),
        ("correlation", envelope.correlation_id.to_string()),
        ("causation", envelope.causation_id.to_string()),
        ("time_us", envelope.time_us.to_string()),
        ("event_id", envelope.id.to_string()),
        ("source", envelope.source.clone()),
    ];
    let trace = envelope.traceparent.clone().map(|t| ("traceparent", t));
    let texts = texts.into_iter().chain(trace);
    let entry = |(name, text): (&str, String)| (name.to_owned(), Value::String(text));
    Document(Value::Object(texts.map(entry).collect::<Map<_, _>>()))
}
