use crate::{operations, root, schema};
use errand_proto::{
    AggregateKind, DEFAULT_WORKSPACE, Envelope,
    catalogue::{self, EventType},
    descriptor_pool,
};
use serde_json::{Map, Value, json};
use std::fs;
use uuid::Uuid;

const ABOUT: &str = "Services exchange immutable events over NATS JetStream. Each aggregate has one stream of its own: \
one literal subject, to which only its owner appends. All of them are stored in the JetStream stream EVT, from which any \
program may read with a durable consumer of its own. The payload is a protobuf message; the headers say which. \
With ERRAND_NATS_PREFIX=P every address begins with P and a dot, and the JetStream stream is P_EVT.";
const ON_THE_WIRE: &str =
    "On the wire: protobuf. The schema is that of its proto3 JSON, in which defaults are left out.";

/// The whole document.
pub fn build() -> Value {
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Errand's events",
            "version": catalogue::EVENT_VERSION,
            "description": ABOUT,
            "license": { "name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0" },
            "tags": [{ "name": "generated", "description": "From proto/src/catalogue.rs and proto/errand/v1/*.proto" }],
        },
        "defaultContentType": "application/protobuf",
        "servers": {
            "nats": {
                "host": "127.0.0.1:4222",
                "protocol": "nats",
                "description": "nats-server 2.12 or newer with JetStream, as named by ERRAND_NATS_URL",
            },
        },
        "channels": each(AggregateKind::ALL, |kind| (kind.as_str().to_owned(), channel(kind))),
        "operations": operations::all(),
        "components": {
            "messages": each(catalogue::all(), |event| (event.name.to_owned(), message(event))),
            "schemas": schema::all(),
        },
    })
}

/// An object with one entry for each.
pub fn each<T>(things: impl IntoIterator<Item = T>, entry: impl Fn(T) -> (String, Value)) -> Value {
    Value::Object(things.into_iter().map(entry).collect::<Map<_, _>>())
}

/// The events of a kind of aggregate.
pub fn events_of(kind: AggregateKind) -> impl Iterator<Item = &'static EventType> {
    catalogue::all().filter(move |event| event.aggregate == kind)
}

fn channel(kind: AggregateKind) -> Value {
    let name = kind.as_str();
    let owner = events_of(kind).next().map_or("", |event| event.owner);
    json!({
        "address": format!("evt.{{workspace}}.{name}.{{id}}"),
        "title": format!("The stream of one {name}"),
        "description": format!("Appended to by {owner} only, guarded by the last sequence of the subject."),
        "servers": [{ "$ref": "#/servers/nats" }],
        "parameters": {
            "workspace": { "description": "The workspace", "default": DEFAULT_WORKSPACE },
            "id": { "description": format!("The {name}'s id: letters, digits, '-' and '_'") },
        },
        "messages": each(events_of(kind), |event| {
            let target = format!("#/components/messages/{}", event.name);
            (event.name.to_owned(), json!({ "$ref": target }))
        }),
    })
}

fn message(event: &EventType) -> Value {
    let described = descriptor_pool()
        .get_message_by_name(event.full_name)
        .unwrap();
    json!({
        "name": event.full_name,
        "title": event.name,
        "summary": event.meaning,
        "description": ON_THE_WIRE,
        "contentType": "application/protobuf",
        "headers": {
            "allOf": [
                { "$ref": "#/components/schemas/Envelope" },
                { "type": "object", "properties": { "ce-type": { "const": event.full_name } } },
            ],
        },
        "payload": { "$ref": format!("#/components/schemas/{}", event.name) },
        "examples": [example(event)],
        "x-protobuf-message": event.full_name,
        "x-protobuf-file": format!("proto/{}", described.parent_file().name()),
    })
}

/// The recorded message, in an envelope as a service writes it.
fn example(event: &EventType) -> Value {
    let recorded = root().join(format!("proto/golden/{}.v1.json", event.name));
    let payload: Value = serde_json::from_slice(&fs::read(recorded).unwrap()).unwrap();
    let envelope = Envelope {
        id: Uuid::from_u128(1),
        event_type: event.full_name.to_owned(),
        source: format!("errand/{}", event.owner),
        time_us: 1_763_800_000_000_450,
        correlation_id: Uuid::from_u128(2),
        causation_id: Uuid::from_u128(3),
        command_id: Uuid::from_u128(4),
        aggregate_version: 1,
        traceparent: None,
    };
    let headers = each(envelope.to_headers("a-1"), |(name, value)| {
        (name.to_owned(), value.into())
    });
    json!({ "name": "recorded", "headers": headers, "payload": payload })
}
