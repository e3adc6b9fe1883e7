//! One event as JSON: our own shape, and structured CloudEvents 1.0.
use errand_eventlog::Recorded;
use errand_proto::rfc3339;
use serde::Serialize;
use serde_json::Value;

/// An event of the log.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventRecord {
    /// Its place in the log's total order.
    pub seq: u64,
    pub id: String,
    /// Full type name, e.g. `errand.v1.StoryCreated`.
    #[serde(rename = "type")]
    pub event_type: String,
    pub source: String,
    /// The address of its aggregate, e.g. `evt.main.story.<id>`.
    pub subject: String,
    /// RFC 3339, UTC, microseconds.
    pub time: String,
    pub correlation_id: String,
    pub causation_id: String,
    pub command_id: String,
    /// 1 for the first event of its aggregate.
    pub aggregate_version: u64,
    /// Proto3 JSON of the message.
    #[schema(value_type = Object)]
    pub data: Value,
}

/// The same as structured CloudEvents 1.0 JSON. `sequence` is the extension of that name.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CloudEvent {
    pub specversion: &'static str,
    pub id: String,
    #[serde(rename = "type")]
    pub event_type: String,
    pub source: String,
    pub subject: String,
    pub time: String,
    pub datacontenttype: &'static str,
    pub sequence: String,
    pub correlationid: String,
    pub causationid: String,
    pub commandid: String,
    pub aggregateversion: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    #[schema(value_type = Object)]
    pub data: Value,
}

/// The payload as proto3 JSON. An unreadable one is told as such and not hidden.
fn data(event: &Recorded) -> Value {
    match event.decode() {
        Ok(decoded) => decoded.to_json(),
        Err(error) => serde_json::json!({ "unreadable": error.to_string() }),
    }
}

pub fn record(event: &Recorded) -> EventRecord {
    let envelope = &event.envelope;
    EventRecord {
        seq: event.seq,
        id: envelope.id.to_string(),
        event_type: envelope.event_type.clone(),
        source: envelope.source.clone(),
        subject: event.subject.to_string(),
        time: rfc3339(envelope.time_us),
        correlation_id: envelope.correlation_id.to_string(),
        causation_id: envelope.causation_id.to_string(),
        command_id: envelope.command_id.to_string(),
        aggregate_version: envelope.aggregate_version,
        data: data(event),
    }
}

pub fn cloud_event(event: &Recorded) -> CloudEvent {
    let record = record(event);
    CloudEvent {
        specversion: "1.0",
        id: record.id,
        event_type: record.event_type,
        source: record.source,
        subject: event.subject.id().to_owned(),
        time: record.time,
        datacontenttype: "application/json",
        sequence: record.seq.to_string(),
        correlationid: record.correlation_id,
        causationid: record.causation_id,
        commandid: record.command_id,
        aggregateversion: record.aggregate_version.to_string(),
        traceparent: event.envelope.traceparent.clone(),
        data: record.data,
    }
}
