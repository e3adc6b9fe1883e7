//! From an event's append to the frame in a browser's stream: p50 and p99 of messages in a conversation that is open
//! elsewhere, through a whole `errand up` with its read models, pages and HTTP.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on says so by panicking"
)]
use errand_servers::errand::Errand;
use futures::StreamExt as _;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
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
    let errand = Errand::up(env!("CARGO_BIN_EXE_errand"), data.path(), &[]);
    let url = format!("http://{}", errand.address);
    let http = reqwest::Client::new();
    let conversation = Uuid::new_v4();
    let begin = json!({"id": conversation});
    let conversations = format!("{url}/api/v1/conversations");
    http.post(&conversations).json(&begin).send().await.unwrap();
    let stream = format!("{url}/events?scope=conversation:{conversation}");
    let seen = tokio::spawn(seen(http.get(stream).send().await.unwrap()));
    let messages = format!("{conversations}/{conversation}/messages");
    for n in 0..MESSAGES {
        let said = json!({"messageId": Uuid::new_v4(), "text": word(n)});
        http.post(&messages).json(&said).send().await.unwrap();
        tokio::time::sleep(BETWEEN).await;
    }
    let seen = seen.await.unwrap();
    let events = format!("{url}/api/v1/events?type=UserMessagePosted&limit=1000");
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
