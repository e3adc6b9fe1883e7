//! A collector of spans, as OpenTelemetry's: OTLP over HTTP.
use super::until;
use axum::{Router, body::Bytes, extract::State, routing::post};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, KeyValue, any_value::Value},
    trace::v1::{Span, status::StatusCode},
};
use prost::Message;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

/// A span as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub service: String,
    pub name: String,
    pub trace: String,
    pub id: String,
    /// Empty for a root.
    pub parent: String,
    pub has_failed: bool,
    pub attributes: BTreeMap<String, String>,
}

type Spans = Arc<Mutex<Vec<Seen>>>;

pub struct Collector {
    pub url: String,
    spans: Spans,
}

impl Collector {
    pub async fn start() -> Self {
        let spans = Spans::default();
        let site = Router::new()
            .route("/v1/traces", post(take))
            .with_state(Arc::clone(&spans));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, site).await });
        Self { url, spans }
    }

    /// What makes a process send its spans here, without the usual pause of five seconds.
    pub fn environment(&self) -> [(&str, &str); 2] {
        [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &self.url),
            ("OTEL_BSP_SCHEDULE_DELAY", "100"),
        ]
    }

    /// Waits for the trace in which a story was opened to hold all these spans and the parent of each; a root has none.
    pub async fn trace(&self, wanted: &[&str]) -> Vec<Seen> {
        until(&format!("a connected trace with {wanted:?}"), || async {
            let trace = self.of_story(wanted).await;
            let ids: BTreeSet<_> = trace.iter().map(|s| s.id.as_str()).collect();
            let has_parent = |s: &Seen| s.parent.is_empty() || ids.contains(s.parent.as_str());
            trace.iter().all(has_parent).then(|| trace.clone())
        })
        .await
    }

    /// Waits for the same trace to hold all these spans, whole or not: a process that is killed takes some with it.
    pub async fn of_story(&self, wanted: &[&str]) -> Vec<Seen> {
        until(&format!("a trace with {wanted:?}"), || async {
            let trace = self.story()?;
            let has = |name: &&str| trace.iter().any(|s| s.name == *name);
            wanted.iter().all(has).then_some(trace)
        })
        .await
    }

    /// The trace in which the story was opened.
    fn story(&self) -> Option<Vec<Seen>> {
        let spans = self.spans.lock().unwrap();
        let opened = spans
            .iter()
            .find(|s| s.name == "process spawner-open-story")?;
        let of_it = spans.iter().filter(|s| s.trace == opened.trace);
        Some(of_it.cloned().collect())
    }

    /// Waits until there is a span of this name.
    pub async fn has(&self, name: &str) {
        until(&format!("a span {name:?}"), || async {
            let spans = self.spans.lock().unwrap();
            spans.iter().any(|s| s.name == name).then_some(())
        })
        .await;
    }
}

async fn take(State(spans): State<Spans>, body: Bytes) {
    let request = ExportTraceServiceRequest::decode(body).expect("OTLP");
    for resource in request.resource_spans {
        let about = attributes(resource.resource.expect("a resource").attributes);
        let scopes = resource.scope_spans.into_iter();
        let seen = scopes
            .flat_map(|scope| scope.spans)
            .map(|span| seen(&about["service.name"], span));
        spans.lock().unwrap().extend(seen);
    }
}

fn seen(service: &str, span: Span) -> Seen {
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect();
    Seen {
        service: service.to_owned(),
        trace: hex(&span.trace_id),
        id: hex(&span.span_id),
        parent: hex(&span.parent_span_id),
        has_failed: span.status.is_some_and(|s| s.code() == StatusCode::Error),
        name: span.name,
        attributes: attributes(span.attributes),
    }
}

fn attributes(list: Vec<KeyValue>) -> BTreeMap<String, String> {
    let text = |value: Option<AnyValue>| match value.and_then(|v| v.value) {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(n)) => n.to_string(),
        other => format!("{other:?}"),
    };
    let pair = |a: KeyValue| (a.key, text(a.value));
    list.into_iter().map(pair).collect()
}
