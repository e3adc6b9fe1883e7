//! Appends of one event by so many at once; log and floor take turns, so that a disk whose speed changes is the same
//! for both.
use crate::{
    Extent, events,
    floor::Floor,
    seen::{Seen, micros},
};
use errand_eventlog::EventLog as _;
use errand_nats::NatsLog;
use futures::future::join_all;
use std::time::{Duration, Instant};

const APPENDERS: [usize; 3] = [1, 16, 64];
const TURNS: u32 = 6;

pub async fn measure(log: &NatsLog, floor: &Floor, extent: Extent) {
    println!(
        "appenders | events/s  p50 µs  p99 µs | floor events/s  p50 µs  p99 µs | rate/floor  p50/floor"
    );
    for appenders in APPENDERS {
        let (mut seen, mut bare) = (Seen::default(), Seen::default());
        for _ in 0..TURNS {
            let append = async || {
                let write = events::write(&events::new_subject(), 0, 1);
                log.append(vec![write]).await.unwrap();
            };
            turn(appenders, extent.turn, append, &mut seen).await;
            let publish = async || floor.publish().await;
            turn(appenders, extent.turn, publish, &mut bare).await;
        }
        println!(
            "{appenders:9} | {:8.0} {:7.0} {:7.0} | {:14.0} {:7.0} {:7.0} | {:10.2} {:10.2}",
            seen.rate(),
            seen.percentile(0.5),
            seen.percentile(0.99),
            bare.rate(),
            bare.percentile(0.5),
            bare.percentile(0.99),
            seen.rate() / bare.rate(),
            seen.percentile(0.5) / bare.percentile(0.5),
        );
    }
}

async fn turn(appenders: usize, time: Duration, once: impl AsyncFn(), seen: &mut Seen) {
    let started = Instant::now();
    let append_on = async || {
        let mut latencies_us = Vec::new();
        while started.elapsed() < time {
            let since = Instant::now();
            once().await;
            latencies_us.push(micros(since));
        }
        latencies_us
    };
    let latencies_us = join_all((0..appenders).map(|_| append_on())).await.concat();
    seen.add(started.elapsed(), latencies_us);
}
