//! The floor: the same bytes stored as safely as the log stores them, with nothing else.
use crate::place::Opened;
use async_nats::jetstream::{self, Context, message::PublishMessage};
use bytes::Bytes;
use std::{
    fs::File,
    io::Write,
    path::Path,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;
use uuid::Uuid;

const SYNCS: u32 = 400;
/// Messages that each publisher sends, one after the other.
const MESSAGES: u64 = 300;

/// The median time of one append of `bytes` for each of `at_once` appenders.
pub async fn measure(opened: &Opened, folder: &Path, bytes: usize, at_once: usize) -> Duration {
    match &opened.url {
        None => file(folder, bytes * at_once),
        Some(url) => publishes(url, bytes, at_once).await,
    }
}

fn file(folder: &Path, bytes: usize) -> Duration {
    let mut file = File::create(folder.join("floor")).unwrap();
    let block = vec![7u8; bytes.max(1)];
    let times = (0..SYNCS).map(|_| {
        let began = Instant::now();
        file.write_all(&block).unwrap();
        file.sync_data().unwrap();
        began.elapsed()
    });
    median(times.collect())
}

/// Raw publishes with the guards of an append, each publisher on a subject of its own.
async fn publishes(url: &str, bytes: usize, at_once: usize) -> Duration {
    let servers: Vec<&str> = url.split(',').collect();
    let client = async_nats::connect(servers).await.unwrap();
    let js = jetstream::new(client);
    let data = Bytes::from(vec![7u8; bytes.max(1)]);
    let mut publishers = JoinSet::new();
    for _ in 0..at_once {
        publishers.spawn(publisher(js.clone(), data.clone()));
    }
    median(publishers.join_all().await.concat())
}

async fn publisher(js: Context, data: Bytes) -> Vec<Duration> {
    let subject = format!("evt.floor.notification.{}", Uuid::new_v4());
    let (mut times, mut last) = (Vec::new(), 0);
    for _ in 0..MESSAGES {
        let message = PublishMessage::build()
            .payload(data.clone())
            .expected_last_subject_sequence(last);
        let began = Instant::now();
        let sent = js.send_publish(subject.clone(), message).await.unwrap();
        last = sent.await.unwrap().sequence;
        times.push(began.elapsed());
    }
    times
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
