//! How fast events are stored, beside the same bytes written and synced to a file with nothing else.
//!
//! `cargo bench -p errand-eventlog`
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot measure has nothing to say"
)]

use bytes::Bytes;
use errand_eventlog::{
    EventLog, Filter, Group, NewEvent, StartAt, Write,
    embedded::{EmbeddedLog, EmbeddedOptions, Sync},
};
use errand_proto::{AggregateKind, Envelope, Subject};
use futures::StreamExt;
use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};
use uuid::Uuid;

/// Log and floor take turns, so that a disk whose speed changes is the same for both.
const TURNS: u32 = 8;
const TURN: Duration = Duration::from_millis(600);
/// A typical payload.
const PAYLOAD_BYTES: usize = 200;
/// What an event has beside its payload on any disk: ids, type, source, times.
const ENVELOPE_BYTES: usize = 150;
/// Events of one aggregate, before the appender goes on to a new one.
const EVENTS_PER_AGGREGATE: u64 = 6;
const APPENDERS: [usize; 3] = [1, 16, 64];
const READERS: usize = 10;

/// What was seen in some turns.
#[derive(Default)]
struct Seen {
    seconds: f64,
    cpu_us: f64,
    /// One per event, or per sync of the floor.
    latencies_us: Vec<f64>,
    events: usize,
}

impl Seen {
    fn add(&mut self, started: Instant, cpu_before_us: f64, latencies_us: Vec<f64>, events: usize) {
        self.seconds += started.elapsed().as_secs_f64();
        self.cpu_us += cpu_us() - cpu_before_us;
        self.latencies_us.extend(latencies_us);
        self.latencies_us.sort_by(f64::total_cmp);
        self.events += events;
    }

    fn rate(&self) -> f64 {
        self.events as f64 / self.seconds
    }

    fn cpu_per_event(&self) -> f64 {
        self.cpu_us / self.events as f64
    }

    fn percentile(&self, share: f64) -> f64 {
        let index = (self.latencies_us.len() as f64 * share) as usize;
        self.latencies_us[index.min(self.latencies_us.len() - 1)]
    }
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    println!("{}", machine());
    println!(
        "one event of {PAYLOAD_BYTES} bytes per append, synced; floor: everybody's bytes in one write + fdatasync\n"
    );
    println!(
        "appenders | events/s  p50 µs  p99 µs  cpu µs/event | floor events/s  p50 µs  p99 µs | rate/floor  p50/floor"
    );
    for appenders in APPENDERS {
        let dir = directory();
        let (seen, floor) = runtime.block_on(take_turns(&dir, appenders));
        print_beside(appenders, &seen, &floor);
        std::fs::remove_dir_all(&dir).unwrap();
    }
    println!();
    for readers in [0, READERS] {
        let dir = directory();
        runtime.block_on(unsynced(&dir, readers));
        std::fs::remove_dir_all(&dir).unwrap();
    }
}

fn directory() -> PathBuf {
    let name = format!("bench-{}", Uuid::new_v4());
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

fn print_beside(appenders: usize, seen: &Seen, floor: &Seen) {
    println!(
        "{appenders:9} | {:8.0} {:7.0} {:7.0} {:13.1} | {:14.0} {:7.0} {:7.0} | {:10.2} {:10.2}",
        seen.rate(),
        seen.percentile(0.5),
        seen.percentile(0.99),
        seen.cpu_per_event(),
        floor.rate(),
        floor.percentile(0.5),
        floor.percentile(0.99),
        seen.rate() / floor.rate(),
        seen.percentile(0.5) / floor.percentile(0.5),
    );
}

async fn take_turns(dir: &Path, appenders: usize) -> (Seen, Seen) {
    let log = EmbeddedLog::open(dir, EmbeddedOptions::default()).unwrap();
    let mut file = File::create(dir.join("floor")).unwrap();
    let (mut seen, mut floor) = (Seen::default(), Seen::default());
    for _ in 0..TURNS {
        append(&log, appenders, &mut seen).await;
        sync_only(&mut file, appenders, &mut floor);
    }
    log.close().await;
    (seen, floor)
}

/// Everybody's bytes in one write, then one sync: what a perfect group commit would cost.
fn sync_only(file: &mut File, appenders: usize, floor: &mut Seen) {
    let bytes = vec![7; appenders * (PAYLOAD_BYTES + ENVELOPE_BYTES)];
    let (started, cpu) = (Instant::now(), cpu_us());
    let mut latencies_us = Vec::new();
    while started.elapsed() < TURN {
        let since = Instant::now();
        file.write_all(&bytes).unwrap();
        file.sync_data().unwrap();
        latencies_us.push(micros(since));
    }
    let events = latencies_us.len() * appenders;
    floor.add(started, cpu, latencies_us, events);
}

async fn append(log: &Arc<EmbeddedLog>, appenders: usize, seen: &mut Seen) {
    let (started, cpu) = (Instant::now(), cpu_us());
    let tasks = (0..appenders).map(|_| tokio::spawn(append_until(log.clone(), started + TURN)));
    let mut latencies_us = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        latencies_us.extend(task.await.unwrap());
    }
    let events = latencies_us.len();
    seen.add(started, cpu, latencies_us, events);
}

/// What the processor can do, whatever the disk.
async fn unsynced(dir: &Path, readers: usize) {
    let options = EmbeddedOptions {
        sync: Sync::Off,
        ..EmbeddedOptions::default()
    };
    let log = EmbeddedLog::open(dir, options).unwrap();
    let mut attached = Vec::new();
    for number in 0..readers {
        attached.push(tokio::spawn(follow(log.clone())));
        attached.push(tokio::spawn(work(log.clone(), number)));
    }
    let mut seen = Seen::default();
    for _ in 0..TURNS {
        append(&log, 64, &mut seen).await;
    }
    let ended = Instant::now();
    wait_for_groups(&*log).await;
    println!(
        "64 appenders, not synced, {readers} followers and {readers} groups: {:.0} events/s, cpu {:.1} µs/event, \
         the last group ended {:.1} ms after the last append",
        seen.rate(),
        seen.cpu_per_event(),
        micros(ended) / 1e3
    );
    for task in attached {
        task.abort();
    }
    log.close().await;
    if readers == 0 {
        read_all(dir, seen.events).await;
    }
}

async fn append_until(log: Arc<EmbeddedLog>, end: Instant) -> Vec<f64> {
    let mut latencies_us = Vec::new();
    while Instant::now() < end {
        let id = Uuid::new_v4().to_string();
        let subject = Subject::new("main", AggregateKind::Story, &id).unwrap();
        let mut expected = 0;
        for version in 1..=EVENTS_PER_AGGREGATE {
            let write = Write {
                subject: subject.clone(),
                expected,
                events: vec![event(version)],
            };
            let since = Instant::now();
            expected = log.append(vec![write]).await.unwrap()[0];
            latencies_us.push(micros(since));
        }
    }
    latencies_us
}

fn event(version: u64) -> NewEvent {
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
        data: Bytes::from(vec![7; PAYLOAD_BYTES]),
    }
}

async fn follow(log: Arc<EmbeddedLog>) {
    let types = Filter::types(&["errand.v1.StoryApproved", "errand.v1.StoryCreated"]);
    let mut pages = log.read(types, StartAt::After(0), true).await.unwrap();
    while let Some(Ok(_)) = pages.next().await {}
}

async fn work(log: Arc<EmbeddedLog>, number: usize) {
    const NAMES: [&str; READERS] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    let group = Group {
        name: NAMES[number],
        filter: if number == 0 {
            Filter::all()
        } else {
            Filter::types(&["errand.v1.StoryApproved"])
        },
        ack_wait: Duration::from_secs(30),
        max_in_flight: 32,
        max_deliver: 5,
    };
    let mut deliveries = log.work(group).await.unwrap();
    while let Some(Ok(delivery)) = deliveries.next().await {
        delivery.ack().await.unwrap();
    }
}

async fn wait_for_groups(log: &dyn EventLog) {
    loop {
        let groups = log.groups().await.unwrap();
        if groups.iter().all(|group| group.acked_through == group.head) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// From the database, as a rebuild does.
async fn read_all(dir: &Path, events: usize) {
    let log = EmbeddedLog::open(dir, EmbeddedOptions::default()).unwrap();
    let (started, cpu) = (Instant::now(), cpu_us());
    let mut pages = log
        .read(Filter::all(), StartAt::After(0), false)
        .await
        .unwrap();
    let mut read = 0;
    let mut subjects = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        read += page.events.len();
        subjects.extend(page.events.iter().step_by(100).map(|e| e.subject.clone()));
    }
    assert_eq!(read, events);
    println!(
        "reading all from the database: {:.0} events/s, cpu {:.2} µs/event",
        read as f64 / started.elapsed().as_secs_f64(),
        (cpu_us() - cpu) / read as f64
    );
    let started = Instant::now();
    for subject in &subjects {
        log.load(subject, 0).await.unwrap();
    }
    println!(
        "loading one aggregate from the database: {:.1} µs",
        micros(started) / subjects.len() as f64
    );
    let started = Instant::now();
    for _ in &subjects {
        let id = Uuid::new_v4().to_string();
        let unknown = Subject::new("main", AggregateKind::Story, &id).unwrap();
        assert!(log.load(&unknown, 0).await.unwrap().is_empty());
    }
    println!(
        "finding that there is no such aggregate: {:.1} µs",
        micros(started) / subjects.len() as f64
    );
    log.close().await;
}

fn micros(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e6
}

/// Processor time of this process so far.
fn cpu_us() -> f64 {
    const TICK_US: f64 = 10_000.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks.filter_map(|t| t.parse::<f64>().ok()).sum::<f64>() * TICK_US
}

fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|l| l.strip_prefix("model name\t: "));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{}, {cores} cores", model.unwrap_or("unknown processor"))
}
