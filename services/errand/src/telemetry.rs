//! What Errand tells those who run it: log lines, traces, measures and its health.
//!
//! # Layout
//! - `logs`: lines on standard error; `spans`: traces to a collector, where one is named.
//! - `measures`: what is counted in the process; `gauges`: what its stores are asked at a scrape.
//! - `health`: what a process works with, and whether it answers; `routes`: where all of it is fetched.
//! - `vendors`, `model`: calls to the outside world, measured at their ports.
mod gauges;
mod health;
mod logs;
mod measures;
mod model;
mod routes;
mod spans;
mod vendors;

pub use health::Health;
pub use model::MeasuredModel;
pub use routes::routes;
pub use vendors::Measured;

use opentelemetry_sdk::Resource;
use tracing_subscriber::{Layer, Registry, layer::SubscriberExt, util::SubscriberInitExt};

/// Each has a filter of its own, so that what none of them wants costs nothing.
type AnyLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// What runs beside the process until it ends.
pub struct Telemetry(Option<spans::Spans>);

/// Called once, before anything is measured or logged, by commands that run services. `service` follows `errand-` in
/// the name under which a collector finds this process.
///
/// # Errors
/// A variable holds something that does not fit; the message names it.
pub fn start(service: &str, json: bool) -> anyhow::Result<Telemetry> {
    let resource = resource(service);
    let mut layers = vec![logs::lines(json)?];
    let spans = spans::start(&resource)?;
    layers.extend(spans.as_ref().map(spans::Spans::layer));
    measures::start(resource)?;
    // An error says that somebody began to log before; their choice stands.
    let _ = tracing_subscriber::registry().with(layers).try_init();
    Ok(Telemetry(spans))
}

impl Telemetry {
    /// Sends what is still to be sent, within bounds.
    pub async fn stop(self) {
        if let Some(spans) = self.0 {
            // The exporter waits with its thread, not with a task.
            let _ = tokio::task::spawn_blocking(move || spans.stop()).await;
        }
    }
}

/// `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` win.
fn resource(service: &str) -> Resource {
    let version = opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let builder = Resource::builder().with_attribute(version);
    match std::env::var_os("OTEL_SERVICE_NAME") {
        Some(_) => builder.build(),
        None => builder
            .with_service_name(format!("errand-{service}"))
            .build(),
    }
}
