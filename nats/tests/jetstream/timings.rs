//! How long the basic steps take here; printed, with a bound that only a defect exceeds.
use crate::{
    faults::first_event,
    harness::{fresh, open},
};
use errand_eventlog::{EventLog, NewEvent, Write};
use errand_nats::NatsLog;
use errand_servers::nats::{Cluster, Server, skipped};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use uuid::Uuid;

const ROUNDS: usize = 200;
const BOUND: Duration = Duration::from_millis(250);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_append_and_one_load_of_ten_events_are_quick_on_one_server() {
    let Some(server) = Server::start("") else {
        return skipped();
    };
    measure("R1, sync always", open(&fresh(server.url(), 1)).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_append_and_one_load_of_ten_events_are_quick_on_three_servers() {
    let Some(cluster) = Cluster::start() else {
        return skipped();
    };
    measure("R3, sync always", open(&fresh(cluster.url(), 3)).await).await;
}

async fn measure(place: &str, log: Arc<NatsLog>) {
    let mut appends = Vec::new();
    for _ in 0..ROUNDS {
        let write = first_event(Uuid::new_v4());
        let since = Instant::now();
        log.append(vec![write]).await.unwrap();
        appends.push(since.elapsed());
    }
    let mut batches = Vec::new();
    let mut loads = Vec::new();
    for _ in 0..ROUNDS / 4 {
        let write = ten_events();
        let subject = write.subject.clone();
        let since = Instant::now();
        log.append(vec![write]).await.unwrap();
        batches.push(since.elapsed());
        let since = Instant::now();
        assert_eq!(log.load(&subject, 0).await.unwrap().len(), 10);
        loads.push(since.elapsed());
    }
    for (step, times) in [
        ("append of 1", appends),
        ("append of 10", batches),
        ("load of 10", loads),
    ] {
        let (p50, p99) = percentiles(times);
        println!("{place}: {step}: p50 {p50:?}, p99 {p99:?}");
        assert!(p50 < BOUND, "{place}: {step} takes {p50:?}");
    }
}

fn ten_events() -> Write {
    let mut write = first_event(Uuid::new_v4());
    let first = write.events[0].clone();
    write.events = (1..=10)
        .map(|version| {
            let mut event: NewEvent = first.clone();
            event.envelope.id = Uuid::new_v4();
            event.envelope.aggregate_version = version;
            event
        })
        .collect();
    write
}

fn percentiles(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 99 / 100])
}
