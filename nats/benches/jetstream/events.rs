//! What is stored.
use bytes::Bytes;
use errand_eventlog::{NewEvent, Write};
use errand_proto::{AggregateKind, Envelope, Subject};
use uuid::Uuid;

/// A typical payload.
const PAYLOAD_BYTES: usize = 300;

pub fn new_subject() -> Subject {
    Subject::new("main", AggregateKind::Story, &Uuid::new_v4().to_string()).unwrap()
}

/// `count` events after `expected`.
pub fn write(subject: &Subject, expected: u64, count: u64) -> Write {
    Write {
        subject: subject.clone(),
        expected,
        events: (1..=count).map(event).collect(),
    }
}

pub fn event(version: u64) -> NewEvent {
    NewEvent {
        envelope: Envelope {
            id: Uuid::new_v4(),
            event_type: "errand.v1.StoryCreated".into(),
            source: "errand/bench".into(),
            time_us: 1_790_000_000_000_000,
            correlation_id: Uuid::new_v4(),
            causation_id: Uuid::new_v4(),
            command_id: Uuid::new_v4(),
            aggregate_version: version,
            traceparent: None,
        },
        data: Bytes::from_static(&[7; PAYLOAD_BYTES]),
    }
}
