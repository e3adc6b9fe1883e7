//! JSON Schema of what the messages are in proto3 JSON, and of the envelope's headers.
use crate::document::each;
use errand_proto::{descriptor_pool, header};
use prost_reflect::{FieldDescriptor, FileDescriptor, Kind};
use serde_json::{Map, Value, json};

/// Every message, part and enum of the package, and the envelope.
pub fn all() -> Value {
    let mut schemas = Map::new();
    schemas.insert("Envelope".into(), envelope());
    for message in descriptor_pool().all_messages() {
        let fields = each(message.fields(), |field| {
            (field.json_name().to_owned(), property(&field))
        });
        let mut schema = json!({ "type": "object", "properties": fields });
        describe(&mut schema, &message.parent_file(), message.path());
        schemas.insert(message.name().to_owned(), schema);
    }
    for values in descriptor_pool().all_enums() {
        let names: Vec<_> = values.values().map(|v| v.name().to_owned()).collect();
        schemas.insert(
            values.name().to_owned(),
            json!({ "type": "string", "enum": names }),
        );
    }
    Value::Object(schemas)
}

fn property(field: &FieldDescriptor) -> Value {
    assert!(
        !field.is_map(),
        "{field:?}: say how a map is written in JSON"
    );
    let one = kind(&field.kind());
    let mut schema = match field.is_list() {
        true => json!({ "type": "array", "items": one }),
        false => one,
    };
    describe(
        &mut schema,
        &field.parent_message().parent_file(),
        field.path(),
    );
    schema
}

/// <https://protobuf.dev/programming-guides/json/>
fn kind(kind: &Kind) -> Value {
    let whole = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    match kind {
        Kind::String => json!({ "type": "string" }),
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Bytes => json!({ "type": "string", "contentEncoding": "base64" }),
        Kind::Uint32 | Kind::Fixed32 => json!({ "type": "integer", "minimum": 0 }),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => json!({ "type": "integer" }),
        Kind::Uint64 | Kind::Fixed64 => whole("^[0-9]+$"),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => whole("^-?[0-9]+$"),
        Kind::Float | Kind::Double => json!({ "type": ["number", "string"] }),
        Kind::Message(message) => reference(message.name()),
        Kind::Enum(values) => reference(values.name()),
    }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Adds the comment that stands above a declaration in its file.
fn describe(schema: &mut Value, file: &FileDescriptor, path: &[i32]) {
    let source = file.file_descriptor_proto().source_code_info.as_ref();
    let place = source.and_then(|info| info.location.iter().find(|place| place.path == path));
    let comment = place.and_then(|place| place.leading_comments.as_deref());
    // Beside a reference nothing may stand.
    if let (Some(comment), None) = (comment, schema.get("$ref")) {
        let words: Vec<_> = comment.split_whitespace().collect();
        schema["description"] = words.join(" ").into();
    }
}

fn envelope() -> Value {
    let text = |about: &str| json!({ "type": "string", "description": about });
    let id = |about: &str| json!({ "type": "string", "format": "uuid", "description": about });
    let properties = [
        (
            header::ID,
            id("Unique for ever; the idempotency key of whatever the event causes"),
        ),
        (header::TYPE, text("Full name of the protobuf message")),
        (
            header::SOURCE,
            text("The service that appended it, e.g. errand/spawner"),
        ),
        (header::SUBJECT, text("The aggregate's id")),
        (
            header::TIME,
            json!({ "type": "string", "format": "date-time" }),
        ),
        (header::SPEC_VERSION, json!({ "const": "1.0" })),
        (
            header::CONTENT_TYPE,
            json!({ "const": "application/protobuf" }),
        ),
        (
            header::CORRELATION_ID,
            id("Shared by all that follow from one cause"),
        ),
        (
            header::CAUSATION_ID,
            id("The event or request that led directly to this one"),
        ),
        (header::COMMAND_ID, id("The command that was carried out")),
        (
            header::AGGREGATE_VERSION,
            json!({ "type": "string", "pattern": "^[1-9][0-9]*$", "description": "1 for the first event of the aggregate" }),
        ),
        (
            header::TRACE_PARENT,
            text("W3C trace context, when the writer was traced"),
        ),
    ];
    let names = properties.iter().map(|(name, _)| *name);
    let required: Vec<_> = names.filter(|name| *name != header::TRACE_PARENT).collect();
    json!({
        "type": "object",
        "description": "NATS headers: CloudEvents attributes and our own, in lower case",
        "required": required,
        "properties": each(&properties, |(name, schema)| ((*name).to_owned(), schema.clone())),
    })
}
