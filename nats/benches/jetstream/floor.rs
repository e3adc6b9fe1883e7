//! The floor: what the client library and the server cost without us. One request per event, with the guard, the
//! payload and the headers that an event has.
use crate::events;
use async_nats::{
    Client, HeaderMap, HeaderValue,
    jetstream::{self, stream::Config},
};
use std::str::FromStr as _;
use uuid::Uuid;

const GUARD: &str = "Nats-Expected-Last-Subject-Sequence";

#[derive(Clone)]
pub struct Floor {
    client: Client,
    name: String,
}

impl Floor {
    /// A stream as the events' own is.
    pub async fn make(url: &str, replicas: usize) -> Self {
        let servers: Vec<&str> = url.split(',').collect();
        let client = async_nats::connect(servers).await.unwrap();
        let name = format!("floor{}", Uuid::new_v4().simple());
        let config = Config {
            name: name.clone(),
            subjects: vec![format!("{name}.>")],
            num_replicas: replicas,
            allow_direct: true,
            allow_atomic_publish: true,
            compression: Some(jetstream::stream::Compression::S2),
            deny_delete: true,
            deny_purge: true,
            ..Config::default()
        };
        let js = jetstream::new(client.clone());
        js.create_stream(config).await.unwrap();
        Self { client, name }
    }

    /// The first event of a new subject.
    pub async fn publish(&self) {
        let event = events::event(1);
        let id = Uuid::new_v4();
        let mut headers = HeaderMap::new();
        for (name, value) in event.envelope.to_headers(&id.to_string()) {
            headers.insert(name, HeaderValue::from_str(&value).unwrap());
        }
        headers.insert(GUARD, "0");
        let subject = format!("{}.main.story.{id}", self.name);
        let answer = self
            .client
            .request_with_headers(subject, headers, event.data);
        let answer = answer.await.unwrap().payload;
        assert!(!answer.starts_with(b"{\"error"), "{answer:?}");
    }
}
