//! Whether the size of the stream matters: a load and an append, on a log with very many events
//! and on an empty one, taking turns on the same server.
use crate::{
    Extent, events, open,
    seen::{Seen, micros},
};
use errand_eventlog::{EventLog as _, Filter, StartAt};
use errand_nats::NatsLog;
use errand_proto::Subject;
use futures::{StreamExt, stream};
use std::time::Instant;

/// Appends under way while the stream is filled.
const WINDOW: usize = 256;
/// Events of one aggregate that is decided upon.
const HISTORY: u64 = 10;
/// Aggregates with a history, spread over the large stream.
const HISTORIES: usize = 200;
const TURNS: u32 = 6;

pub async fn measure(url: &str, extent: Extent) {
    let (large, empty) = (open(url, 1).await, open(url, 1).await);
    let spread = fill(&large, extent.large).await;
    let near = histories(&empty, HISTORIES).await;
    let (mut in_large, mut in_empty) = (Seen::default(), Seen::default());
    for _ in 0..TURNS {
        decide(&large, &spread, extent, &mut in_large).await;
        decide(&empty, &near, extent, &mut in_empty).await;
    }
    let head = large.head().await.unwrap().seq;
    println!("\n== load of {HISTORY} events and append of one, R1, default sync");
    for (name, seen) in [("large", &in_large), ("empty", &in_empty)] {
        let (p50, p99) = (seen.percentile(0.5), seen.percentile(0.99));
        println!("{name}: p50 {p50:.0} µs, p99 {p99:.0} µs");
    }
    let ratio = in_large.percentile(0.5) / in_empty.percentile(0.5);
    println!("large ({head} events) / empty, p50: {ratio:.2}");
    read_all(&large).await;
}

/// Fills the log; among the rest there are aggregates with a history.
async fn fill(log: &NatsLog, count: usize) -> Vec<Subject> {
    let started = Instant::now();
    let mut spread = Vec::new();
    for _ in 0..10 {
        stream::iter(0..count / 10)
            .for_each_concurrent(WINDOW, async |_| {
                let write = events::write(&events::new_subject(), 0, 1);
                log.append(vec![write]).await.unwrap();
            })
            .await;
        spread.extend(histories(log, HISTORIES / 10).await);
    }
    let seconds = started.elapsed().as_secs_f64();
    println!("\nfilled with {count} events in {seconds:.0} s, {WINDOW} at once");
    spread
}

async fn histories(log: &NatsLog, count: usize) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for _ in 0..count {
        let subject = events::new_subject();
        let mut last = 0;
        for _ in 0..HISTORY {
            let write = events::write(&subject, last, 1);
            last = log.append(vec![write]).await.unwrap()[0];
        }
        subjects.push(subject);
    }
    subjects
}

async fn decide(log: &NatsLog, subjects: &[Subject], extent: Extent, seen: &mut Seen) {
    let started = Instant::now();
    for subject in subjects
        .iter()
        .cycle()
        .take_while(|_| started.elapsed() < extent.turn)
    {
        let since = Instant::now();
        let loaded = log.load(subject, 0).await.unwrap();
        assert_eq!(loaded.len() as u64, HISTORY);
        let write = events::write(&events::new_subject(), 0, 1);
        log.append(vec![write]).await.unwrap();
        seen.add(since.elapsed(), vec![micros(since)]);
    }
}

async fn read_all(log: &NatsLog) {
    let started = Instant::now();
    let pages = log
        .read(Filter::all(), StartAt::After(0), false)
        .await
        .unwrap();
    let read = pages
        .fold(0, async |read, page| read + page.unwrap().events.len())
        .await;
    let rate = read as f64 / started.elapsed().as_secs_f64();
    println!("reading all in order: {rate:.0} events/s");
}
