//! Appends of ten events as one, and loads of them.
use crate::{
    Extent, events,
    seen::{Seen, micros},
};
use errand_eventlog::EventLog as _;
use errand_nats::NatsLog;
use std::time::Instant;

const EVENTS: u64 = 10;
const TURNS: u32 = 6;

pub async fn measure(log: &NatsLog, extent: Extent) {
    let (mut appends, mut loads) = (Seen::default(), Seen::default());
    let started = Instant::now();
    while started.elapsed() < extent.turn * TURNS {
        let subject = events::new_subject();
        let write = events::write(&subject, 0, EVENTS);
        let since = Instant::now();
        log.append(vec![write]).await.unwrap();
        appends.add(since.elapsed(), vec![micros(since)]);
        let since = Instant::now();
        assert_eq!(log.load(&subject, 0).await.unwrap().len(), 10);
        loads.add(since.elapsed(), vec![micros(since)]);
    }
    for (step, seen) in [("append", appends), ("load", loads)] {
        let (p50, p99) = (seen.percentile(0.5), seen.percentile(0.99));
        println!("{step} of {EVENTS} events of one aggregate: p50 {p50:.0} µs, p99 {p99:.0} µs");
    }
}
