//! How fast events are stored, beside the same bytes written and synced to a file with nothing else.
//!
//! `cargo bench -p errand-eventlog`
use bytes::Bytes;
use errand_eventlog::{
    EventLog, Filter, Group, NewEvent, StartAt, Write,
    embedded::{EmbeddedLog, EmbeddedOptions},
};
use errand_proto::{AggregateKind, Envelope, Subject};
use futures::StreamExt;
use std::{
    fs::File,
    io::Write as _,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use uuid::Uuid;

const RUN: Duration = Duration::from_secs(4);
/// A typical payload.
const PAYLOAD_BYTES: usize = 200;
/// What an event has beside its payload on any disk: ids, type, source, times.
const ENVELOPE_BYTES: usize = 150;
/// Events of one aggregate, before the appender goes on to a new one.
const EVENTS_PER_AGGREGATE: u64 = 6;
const APPENDERS: [usize; 3] = [1, 16, 64];
const READERS: usize = 10;

/// What was seen in one run.
struct Seen {
    events: usize,
    seconds: f64,
    cpu_us: f64,
    latencies_us: Vec<f64>,
}

impl Seen {
    fn rate(&self) -> f64 {
        self.events as f64 / self.seconds
    }

    fn percentile(&self, share: f64) -> f64 {
        let index = (self.latencies_us.len() as f64 * share) as usize;
        self.latencies_us[index.min(self.latencies_us.len() - 1)]
    }
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{}", Uuid::new_v4()));
    println!("{}", machine());
    println!("one event of {PAYLOAD_BYTES} bytes per append; floor: the same bytes, write + fdatasync\n");
    println!(
        "appenders | events/s  p50 µs  p99 µs  cpu µs/event | floor events/s  p50 µs  p99 µs | rate/floor  p50/floor"
    );
    for appenders in APPENDERS {
        std::fs::create_dir_all(&dir).unwrap();
        let floor = floor(&dir.join("floor"), appenders);
        let seen = runtime.block_on(append(&dir, appenders, 0));
        print_beside(appenders, &seen, &floor);
        std::fs::remove_dir_all(&dir).unwrap();
    }
    let seen = runtime.block_on(append(&dir, 64, READERS));
    println!(
        "\n64 appenders with {READERS} followers and {READERS} groups attached: {:.0} events/s, p50 {:.0} µs, p99 {:.0} µs, \
         cpu {:.1} µs/event",
        seen.rate(),
        seen.percentile(0.5),
        seen.percentile(0.99),
        seen.cpu_us / seen.events as f64
    );
    runtime.block_on(read_all(&dir, seen.events));
    std::fs::remove_dir_all(&dir).unwrap();
}

fn print_beside(appenders: usize, seen: &Seen, floor: &Seen) {
    println!(
        "{appenders:9} | {:8.0} {:7.0} {:7.0} {:13.1} | {:14.0} {:7.0} {:7.0} | {:10.2} {:10.2}",
        seen.rate(),
        seen.percentile(0.5),
        seen.percentile(0.99),
        seen.cpu_us / seen.events as f64,
        floor.rate(),
        floor.percentile(0.5),
        floor.percentile(0.99),
        seen.rate() / floor.rate(),
        seen.percentile(0.5) / floor.percentile(0.5),
    );
}

/// Everybody's bytes in one write, then one sync: what a perfect group commit would cost.
fn floor(file: &Path, appenders: usize) -> Seen {
    let mut file = File::create(file).unwrap();
    let bytes = vec![7; appenders * (PAYLOAD_BYTES + ENVELOPE_BYTES)];
    let (started, cpu) = (Instant::now(), cpu_us());
    let mut latencies_us = Vec::new();
    while started.elapsed() < RUN / 2 {
        let since = Instant::now();
        file.write_all(&bytes).unwrap();
        file.sync_data().unwrap();
        latencies_us.push(micros(since));
    }
    latencies_us.sort_by(f64::total_cmp);
    Seen {
        events: latencies_us.len() * appenders,
        seconds: started.elapsed().as_secs_f64(),
        cpu_us: cpu_us() - cpu,
        latencies_us,
    }
}

async fn append(dir: &Path, appenders: usize, readers: usize) -> Seen {
    let sync = if std::env::var("SYNC_OFF").is_ok() { errand_eventlog::embedded::Sync::Off } else { errand_eventlog::embedded::Sync::Full };
    let log = EmbeddedLog::open(dir, EmbeddedOptions{sync, ..EmbeddedOptions::default()}).unwrap();
    let mut attached = Vec::new();
    for number in 0..readers {
        attached.push(tokio::spawn(follow(log.clone())));
        attached.push(tokio::spawn(work(log.clone(), number)));
    }
    let (started, cpu) = (Instant::now(), cpu_us());
    let tasks = (0..appenders).map(|_| tokio::spawn(append_until(log.clone(), started + RUN)));
    let mut latencies_us = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        latencies_us.extend(task.await.unwrap());
    }
    let seconds = started.elapsed().as_secs_f64();
    if readers > 0 {
        wait_for_groups(&*log).await;
        println!(
            "\nlast group was {:.0} ms behind the last append",
            (started.elapsed().as_secs_f64() - seconds) * 1e3
        );
    }
    let cpu_us = cpu_us() - cpu;
    for task in attached {
        task.abort();
    }
    log.close().await;
    latencies_us.sort_by(f64::total_cmp);
    Seen {
        events: latencies_us.len(),
        seconds,
        cpu_us,
        latencies_us,
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
        "\nreading all from the database: {:.0} events/s, cpu {:.2} µs/event",
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
