//! Writes a log of everyday work: about 25 events per story over conversation, story, session and notification.
use crate::histories::{Histories, Step, Variety};
use errand_eventlog::{
    EventLog as _, NewEvent, Seq, Write,
    embedded::{EmbeddedLog, EmbeddedOptions, Sync},
};
use errand_proto::{Envelope, Subject};
use std::{collections::HashMap, path::Path};
use uuid::Uuid;

const EVENTS_PER_APPEND: usize = 200;
const SEED: u64 = 42;

pub fn run(folder: &Path, events: usize) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(write(folder, events));
}

async fn write(folder: &Path, events: usize) {
    let options = EmbeddedOptions {
        sync: Sync::Off,
        ..EmbeddedOptions::default()
    };
    let log = EmbeddedLog::open(folder, options).unwrap();
    let mut steps = Histories::new(SEED, Variety::Plain, usize::MAX).take(events);
    let mut known = HashMap::new();
    let mut written = 0;
    loop {
        let batch: Vec<_> = steps.by_ref().take(EVENTS_PER_APPEND).collect();
        if batch.is_empty() {
            break;
        }
        let count = batch.len();
        let writes = writes(batch, written, &known);
        let subjects: Vec<_> = writes
            .iter()
            .flat_map(|w| {
                w.events
                    .iter()
                    .map(|e| (w.subject.clone(), e.envelope.aggregate_version))
            })
            .collect();
        let seqs = log.append(writes).await.unwrap();
        for ((subject, version), seq) in subjects.into_iter().zip(seqs) {
            known.insert(subject, (seq, version));
        }
        written += count;
    }
    log.close().await;
}

/// The events of each aggregate together, in order.
fn writes(batch: Vec<Step>, written: usize, known: &HashMap<Subject, (Seq, u64)>) -> Vec<Write> {
    let mut writes: Vec<Write> = Vec::new();
    let mut at = HashMap::new();
    for (n, (subject, event)) in batch.into_iter().enumerate() {
        let (expected, version) = known.get(&subject).copied().unwrap_or_default();
        let at = *at.entry(subject.clone()).or_insert_with(|| {
            writes.push(Write {
                subject,
                expected,
                events: Vec::new(),
            });
            writes.len() - 1
        });
        let write = &mut writes[at];
        let number = written + n;
        write.events.push(NewEvent {
            envelope: envelope(
                number,
                event.full_name(),
                version + write.events.len() as u64 + 1,
            ),
            data: event.encode().into(),
        });
    }
    writes
}

fn envelope(number: usize, event_type: &str, aggregate_version: u64) -> Envelope {
    let id = Uuid::from_u128((1 << 64) + number as u128);
    Envelope {
        id,
        event_type: event_type.to_owned(),
        source: "errand/bench".into(),
        time_us: 1_763_800_000_000_000 + i64::try_from(number).unwrap() * 100,
        correlation_id: id,
        causation_id: id,
        command_id: id,
        aggregate_version,
        traceparent: None,
    }
}
