//! Appends histories to a log as the services would: guarded, each aggregate's events in order.
use super::Step;
use errand_eventlog::{EventLog, NewEvent, Seq, Write};
use errand_proto::{Envelope, Subject};
use std::collections::HashMap;
use uuid::Uuid;

const EVENTS_PER_APPEND: usize = 200;
/// Time of the first event; each later one is a tenth of a millisecond later.
const START_US: i64 = 1_763_800_000_000_000;

/// Remembers where each aggregate is.
#[derive(Default)]
pub struct Recorder {
    /// The last sequence and version of each aggregate.
    known: HashMap<Subject, (Seq, u64)>,
    written: usize,
}

impl Recorder {
    /// Answers the last sequence.
    pub async fn append(&mut self, log: &dyn EventLog, steps: impl Iterator<Item = Step>) -> Seq {
        let mut steps = steps.peekable();
        let mut last = 0;
        while steps.peek().is_some() {
            let batch: Vec<_> = steps.by_ref().take(EVENTS_PER_APPEND).collect();
            let count = batch.len();
            let writes = self.writes(batch);
            let placed: Vec<_> = writes.iter().flat_map(versions).collect();
            let seqs = log.append(writes).await.unwrap();
            for ((subject, version), seq) in placed.into_iter().zip(seqs) {
                self.known.insert(subject, (seq, version));
                last = last.max(seq);
            }
            self.written += count;
        }
        last
    }

    /// The events of each aggregate together, in order.
    fn writes(&self, batch: Vec<Step>) -> Vec<Write> {
        let mut writes: Vec<Write> = Vec::new();
        let mut at = HashMap::new();
        for (n, (subject, event)) in batch.into_iter().enumerate() {
            let (expected, version) = self.known.get(&subject).copied().unwrap_or_default();
            let at = *at.entry(subject.clone()).or_insert_with(|| {
                writes.push(Write {
                    subject,
                    expected,
                    events: Vec::new(),
                });
                writes.len() - 1
            });
            let events = &mut writes[at].events;
            let version = version + events.len() as u64 + 1;
            events.push(NewEvent {
                envelope: envelope(self.written + n, event.full_name(), version),
                data: event.encode().into(),
            });
        }
        writes
    }
}

fn versions(write: &Write) -> impl Iterator<Item = (Subject, u64)> {
    let version = |event: &NewEvent| (write.subject.clone(), event.envelope.aggregate_version);
    write.events.iter().map(version)
}

fn envelope(number: usize, event_type: &str, aggregate_version: u64) -> Envelope {
    let id = Uuid::from_u128((1 << 64) + number as u128);
    Envelope {
        id,
        event_type: event_type.to_owned(),
        source: "errand/test".into(),
        time_us: START_US + i64::try_from(number).unwrap() * 100,
        correlation_id: id,
        causation_id: id,
        command_id: id,
        aggregate_version,
        traceparent: None,
    }
}
