use async_nats::HeaderMap;
use bytes::Bytes;
use errand_eventlog::{EventLog, NewEvent, Write};
use errand_nats::NatsLog;
use errand_proto::{AggregateKind, DEFAULT_WORKSPACE, Envelope, StoryEvent, Subject, v1};
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

/// What a subscriber shall say about an ending: status, title and more.
pub type Ending = (String, String, String);

/// Stories of two events each, every third of which fails.
pub struct Stories {
    log: Arc<NatsLog>,
    /// By the event's id.
    pub ended: BTreeMap<String, Ending>,
    last: Option<(Subject, NewEvent)>,
}

impl Stories {
    pub fn on(log: Arc<NatsLog>) -> Self {
        let (ended, last) = (BTreeMap::new(), None);
        Self { log, ended, last }
    }

    pub async fn end(&mut self, count: usize) {
        for _ in 0..count {
            let title = format!("Code Generation: ✓ {}", self.ended.len());
            let (event, ending) = match self.ended.len() % 3 {
                2 => failed(title),
                _ => completed(title),
            };
            let id = Uuid::new_v4().to_string();
            let subject = Subject::new(DEFAULT_WORKSPACE, AggregateKind::Story, &id).unwrap();
            let created = v1::StoryCreated {
                id,
                ..Default::default()
            };
            let events = vec![recorded(&created.into(), 1), recorded(&event, 2)];
            self.ended.insert(events[1].envelope.id.to_string(), ending);
            self.last = Some((subject.clone(), events[1].clone()));
            let write = Write {
                subject,
                expected: 0,
                events,
            };
            self.log.append(vec![write]).await.unwrap();
        }
    }

    /// As a message that is in the log once more, under the same id.
    pub async fn deliver_the_last_again(&self, url: &str) {
        let (subject, event) = self.last.clone().unwrap();
        publish(url, &subject, event).await;
    }

    /// Answers the id of an event whose payload is not what its type says.
    pub async fn append_what_is_no_message(&self, url: &str) -> String {
        let subject = Subject::new(DEFAULT_WORKSPACE, AggregateKind::Story, "poison").unwrap();
        let (event, _) = completed(String::new());
        let data = Bytes::from_static(b"\xff\xff\xff");
        let event = NewEvent {
            data,
            ..recorded(&event, 1)
        };
        let id = event.envelope.id.to_string();
        publish(url, &subject, event).await;
        id
    }
}

fn completed(title: String) -> (StoryEvent, Ending) {
    let pr_url = "https://github.com/acme/site/pull/7".to_owned();
    let event = v1::StoryCompleted {
        pr_url: pr_url.clone(),
        story: Some(story(&title)),
        ..Default::default()
    };
    (event.into(), ("completed".into(), title, pr_url))
}

fn failed(title: String) -> (StoryEvent, Ending) {
    let reason = "the checks failed".to_owned();
    let event = v1::StoryFailed {
        reason: reason.clone(),
        story: Some(story(&title)),
        ..Default::default()
    };
    (event.into(), ("failed".into(), title, reason))
}

fn story(title: &str) -> v1::StoryRef {
    let title = title.to_owned();
    v1::StoryRef {
        title,
        ..Default::default()
    }
}

fn recorded(event: &StoryEvent, version: u64) -> NewEvent {
    let envelope = Envelope {
        id: Uuid::new_v4(),
        event_type: event.full_name().into(),
        source: "errand/spawner".into(),
        time_us: 1_790_000_000_000_000,
        correlation_id: Uuid::new_v4(),
        causation_id: Uuid::new_v4(),
        command_id: Uuid::new_v4(),
        aggregate_version: version,
        traceparent: None,
    };
    let data = event.encode().into();
    NewEvent { envelope, data }
}

/// Past the adapter, which would refuse.
async fn publish(url: &str, subject: &Subject, event: NewEvent) {
    let client = async_nats::connect(url).await.unwrap();
    let mut headers = HeaderMap::new();
    for (name, value) in event.envelope.to_headers(subject.id()) {
        headers.insert(name, value.as_str());
    }
    let js = async_nats::jetstream::new(client);
    let stored = js
        .publish_with_headers(subject.to_string(), headers, event.data)
        .await
        .unwrap();
    stored.await.unwrap();
}
