//! From an event's append to the frame in a browser's stream: p50 and p99 of messages in a conversation that is open
//! elsewhere, through a whole `errand up` with its read models, pages and HTTP.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on says so by panicking"
)]
use futures::StreamExt as _;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use uuid::Uuid;

const MESSAGES: usize = 300;
/// People do not write faster, and the model answers meanwhile.
const BETWEEN: Duration = Duration::from_millis(20);
/// How long a frame may take before the measurement is given up.
const PATIENCE: Duration = Duration::from_secs(30);

fn main() {
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure());
}

async fn measure() {
    let data = tempfile::tempdir().unwrap();
    let errand = Errand::start(data.path());
    let http = reqwest::Client::new();
    let conversation = Uuid::new_v4();
    let begin = json!({"id": conversation});
    let conversations = format!("{}/api/v1/conversations", errand.url);
    http.post(&conversations).json(&begin).send().await.unwrap();
    let stream = format!("{}/events?scope=conversation:{conversation}", errand.url);
    let seen = tokio::spawn(seen(http.get(stream).send().await.unwrap()));
    let messages = format!("{conversations}/{conversation}/messages");
    for n in 0..MESSAGES {
        let said = json!({"messageId": Uuid::new_v4(), "text": word(n)});
        http.post(&messages).json(&said).send().await.unwrap();
        tokio::time::sleep(BETWEEN).await;
    }
    let seen = seen.await.unwrap();
    let events = format!(
        "{}/api/v1/events?type=UserMessagePosted&limit=1000",
        errand.url
    );
    let events: Value = http.get(events).send().await.unwrap().json().await.unwrap();
    report(&seen, &events);
}

/// A word that stands nowhere else.
fn word(n: usize) -> String {
    format!("measure-{n:04}-end")
}

/// When each word was first in a frame, in microseconds since the epoch.
async fn seen(response: reqwest::Response) -> HashMap<String, i64> {
    let mut chunks = response.bytes_stream();
    let mut found = HashMap::new();
    while found.len() < MESSAGES {
        let chunk = tokio::time::timeout(PATIENCE, chunks.next()).await;
        let chunk = chunk.expect("a frame in time").unwrap().unwrap();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let now = i64::try_from(now.as_micros()).unwrap();
        let text = String::from_utf8_lossy(&chunk).into_owned();
        for n in (0..MESSAGES).map(word) {
            if text.contains(&n) {
                found.entry(n).or_insert(now);
            }
        }
    }
    found
}

fn report(seen: &HashMap<String, i64>, events: &Value) {
    let mut times: Vec<i64> = events["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|event| {
            let appended = errand_proto::from_rfc3339(event["time"].as_str()?)?;
            Some(seen.get(event["data"]["text"].as_str()?)? - appended)
        })
        .collect();
    times.sort_unstable();
    let at = |percent: usize| times[times.len() * percent / 100] as f64 / 1e3;
    println!(
        "append to browser, {} messages: p50 {:.1} ms, p99 {:.1} ms",
        times.len(),
        at(50),
        at(99)
    );
}

struct Errand {
    child: Child,
    url: String,
}

impl Errand {
    fn start(data: &std::path::Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_errand"))
            .args(["up", "--port", "0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().unwrap();
        let line = BufReader::new(stdout).lines().next().unwrap().unwrap();
        let url = line.split_once(": ").unwrap().1.trim().to_owned();
        Self { child, url }
    }
}

impl Drop for Errand {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
