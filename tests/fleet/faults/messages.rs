//! Messages that come twice, and one that nobody can handle.
use crate::fleet::{counts, load, place::Fleet};
use crate::harness::{text, until};
use errand_eventlog::aggregate::now_us;
use errand_proto::{AggregateKind, ConversationEvent, Envelope, Subject, v1};
use futures::StreamExt as _;
use uuid::Uuid;

const SPAWNS: usize = 20;
const AT_ONCE: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_message_delivered_twice_has_its_effect_once() {
    let Some(mut fleet) = Fleet::with_roles(false, 1).await else {
        return;
    };
    load::spawn_many(&fleet.api(), SPAWNS, AT_ONCE).await;
    counts::settle(&fleet, SPAWNS, 0).await;
    let names: Vec<_> = fleet.members.keys().cloned().collect();
    for name in &names {
        fleet.member(name).terminate().await;
    }
    let forgotten = forget_deliveries(&fleet).await;
    assert!(forgotten > 5, "only {forgotten} groups were found");
    for name in &names {
        fleet.member(name).start_again().await;
    }
    counts::caught_up(&fleet.api(), forgotten).await;
    counts::settle(&fleet, SPAWNS, 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_nobody_can_handle_is_set_aside_and_holds_nothing_back() {
    let Some(fleet) = Fleet::with_roles(false, 1).await else {
        return;
    };
    poison(&fleet).await;
    let api = fleet.api();
    let letter = until("a dead letter", || async {
        let letters = api.look("/api/v1/dead-letters").await?;
        letters["deadLetters"].as_array()?.first().cloned()
    })
    .await;
    assert_eq!(text(&letter, "group"), "spawner-open-story", "{letter}");
    load::spawn_many(&api, SPAWNS, AT_ONCE).await;
    counts::settle(&fleet, SPAWNS, 0).await;
}

/// Removes what the server knows of each group's progress, so that everything is delivered once more. Readers, which
/// keep nothing and end with their process, are no groups.
async fn forget_deliveries(fleet: &Fleet) -> usize {
    let js = async_nats::jetstream::new(fleet.nats().await);
    let stream = js.get_stream("EVT").await.expect("the event stream");
    let mut consumers = stream.consumers();
    let mut forgotten = 0;
    while let Some(consumer) = consumers.next().await {
        let consumer = consumer.expect("a consumer");
        if consumer.config.durable_name.is_some() {
            stream.delete_consumer(&consumer.name).await.expect("gone");
            forgotten += 1;
        }
    }
    forgotten
}

/// A spawn whose story can have no stream, written past the chat, which would refuse it.
async fn poison(fleet: &Fleet) {
    let conversation = Uuid::new_v4().to_string();
    let event = ConversationEvent::AgentSpawnRequested(v1::AgentSpawnRequested {
        story_id: "no id, but words".into(),
        ..Default::default()
    });
    let id = Uuid::new_v4();
    let envelope = Envelope {
        id,
        event_type: event.full_name().to_owned(),
        source: "somebody/else".into(),
        time_us: now_us(),
        correlation_id: id,
        causation_id: id,
        command_id: id,
        aggregate_version: 1,
        traceparent: None,
    };
    let subject = Subject::new("main", AggregateKind::Conversation, &conversation).unwrap();
    let mut headers = async_nats::HeaderMap::new();
    for (name, value) in envelope.to_headers(&conversation) {
        headers.insert(name, value.as_str());
    }
    let js = async_nats::jetstream::new(fleet.nats().await);
    let sent = js.publish_with_headers(subject.to_string(), headers, event.encode().into());
    sent.await.expect("sent").await.expect("stored");
}
