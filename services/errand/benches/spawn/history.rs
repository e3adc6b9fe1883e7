//! A log with a long past.
use async_nats::{HeaderMap, jetstream};
use errand_eventlog::aggregate::now_us;
use errand_proto::{Envelope, NotificationEvent, v1};
use std::collections::VecDeque;
use uuid::Uuid;

/// Messages that may be on their way to the server at once.
const WINDOW: usize = 2_000;

/// Appends so many events of aggregates that nobody will ask for again.
pub async fn fill(url: &str, events: usize) {
    let client = async_nats::connect(url).await.unwrap();
    let js = jetstream::new(client);
    let mut under_way = VecDeque::new();
    for _ in 0..events {
        let id = Uuid::new_v4();
        let (headers, data) = message(id);
        let subject = format!("evt.main.notification.{id}");
        let sent = js.publish_with_headers(subject, headers, data.into());
        under_way.push_back(sent.await.unwrap());
        if under_way.len() == WINDOW
            && let Some(oldest) = under_way.pop_front()
        {
            oldest.await.unwrap();
        }
    }
    for sent in under_way {
        sent.await.unwrap();
    }
}

fn message(id: Uuid) -> (HeaderMap, Vec<u8>) {
    let event = NotificationEvent::NotificationSent(v1::NotificationSent {
        channel: "general".into(),
        ..Default::default()
    });
    let envelope = Envelope {
        id: Uuid::new_v4(),
        event_type: event.full_name().to_owned(),
        source: "bench".into(),
        time_us: now_us(),
        correlation_id: id,
        causation_id: id,
        command_id: id,
        aggregate_version: 1,
        traceparent: None,
    };
    let mut headers = HeaderMap::new();
    for (name, value) in envelope.to_headers(&id.to_string()) {
        headers.insert(name, value.as_str());
    }
    (headers, event.encode())
}
