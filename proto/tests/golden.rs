//! One recorded message per event type must decode for ever, and the schema may only grow.
//!
//! `ERRAND_RECORD=1 cargo test -p errand-proto` records what is new; it never changes what is there.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]
use errand_proto::{Event, catalogue, descriptor_pool};
use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value,
    prost::Message as _,
};
use std::{fs, path::PathBuf};

fn golden(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("golden")
        .join(file)
}

fn recording() -> bool {
    std::env::var_os("ERRAND_RECORD").is_some()
}

#[test]
fn every_recorded_message_still_says_what_it_said() {
    for event_type in catalogue::all() {
        let (bytes, json) = (
            golden(&format!("{}.v1.bin", event_type.name)),
            golden(&format!("{}.v1.json", event_type.name)),
        );
        if recording() && !bytes.exists() {
            let message = filled(&message(event_type.full_name), 2);
            fs::write(&bytes, message.encode_to_vec()).unwrap();
            let text = serde_json::to_string_pretty(&rendered(event_type, &bytes)).unwrap();
            fs::write(&json, text + "\n").unwrap();
        }
        let expected = fs::read_to_string(&json).unwrap_or_else(|_| {
            panic!(
                "{} was never recorded; see this file's head",
                event_type.name
            )
        });
        // As values: the order of the keys is a matter of how serde_json was built.
        let expected: serde_json::Value = serde_json::from_str(&expected).unwrap();
        assert_eq!(
            rendered(event_type, &bytes),
            expected,
            "{}",
            event_type.name
        );
    }
}

fn rendered(event_type: &catalogue::EventType, bytes: &PathBuf) -> serde_json::Value {
    let bytes = fs::read(bytes).unwrap();
    let event = Event::decode(event_type.aggregate, event_type.full_name, &bytes).unwrap();
    event.to_json()
}

fn message(full_name: &str) -> MessageDescriptor {
    descriptor_pool().get_message_by_name(full_name).unwrap()
}

/// A message with every field set, so that no field can lose its meaning unnoticed.
fn filled(descriptor: &MessageDescriptor, depth: u32) -> DynamicMessage {
    let mut message = DynamicMessage::new(descriptor.clone());
    for field in descriptor.fields() {
        let one = sample(&field, depth);
        let value = if field.is_list() {
            Value::List(vec![one])
        } else {
            one
        };
        message.set_field(&field, value);
    }
    message
}

fn sample(field: &FieldDescriptor, depth: u32) -> Value {
    let number = field.number();
    match field.kind() {
        Kind::String => Value::String(format!("{} ✓", field.name())),
        Kind::Uint32 => Value::U32(number),
        Kind::Uint64 => Value::U64(u64::from(number)),
        Kind::Int64 => Value::I64(i64::from(number)),
        Kind::Bool => Value::Bool(true),
        Kind::Enum(_) => Value::EnumNumber(1),
        Kind::Message(inner) if depth > 0 => Value::Message(filled(&inner, depth - 1)),
        Kind::Message(inner) => Value::Message(DynamicMessage::new(inner)),
        other => panic!("{}: teach this test {other:?}", field.full_name()),
    }
}

#[test]
fn the_schema_only_grows() {
    let baseline = golden("schema.bin");
    if recording() && !baseline.exists() {
        fs::write(&baseline, descriptor_pool().encode_to_vec()).unwrap();
    }
    let old = DescriptorPool::decode(&*fs::read(&baseline).unwrap()).unwrap();
    for old in old.all_messages() {
        let new = descriptor_pool().get_message_by_name(old.full_name());
        let new =
            new.unwrap_or_else(|| panic!("{} is gone; retire it by an upcaster", old.full_name()));
        for field in old.fields() {
            let same = new.get_field(field.number()).is_some_and(|new| {
                new.name() == field.name()
                    && format!("{:?}", new.kind()) == format!("{:?}", field.kind())
                    && new.is_list() == field.is_list()
            });
            assert!(
                same,
                "{} has changed; fields may only be added",
                field.full_name()
            );
        }
    }
}
