//! Spans to a collector, by OTLP over HTTP. Endpoint, headers, timeouts, sampler and queue are set by the variables
//! that OpenTelemetry gives them.
use super::AnyLayer;
use anyhow::{Context, bail};
use opentelemetry::{global, trace::TracerProvider};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    propagation::TraceContextPropagator,
    trace::{SdkTracerProvider, SpanData},
};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use tracing::{Level, Metadata};
use tracing_subscriber::{Layer, filter::filter_fn};

const ENDPOINTS: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
];
const SAMPLER: &str = "OTEL_TRACES_SAMPLER";
const SAMPLERS: [&str; 6] = [
    "always_on",
    "always_off",
    "traceidratio",
    "parentbased_always_on",
    "parentbased_always_off",
    "parentbased_traceidratio",
];
/// A collector that does not take the last spans holds the end of the process up for no longer.
const STOP_TIMEOUT: Duration = Duration::from_secs(3);

pub struct Spans(SdkTracerProvider);

/// `None` when no collector is named.
///
/// # Errors
/// An endpoint or the sampler is not one.
pub fn start(resource: &Resource) -> anyhow::Result<Option<Spans>> {
    if !ENDPOINTS.iter().any(|name| set(name).is_some()) {
        return Ok(None);
    }
    if let Some(sampler) = set(SAMPLER)
        && !SAMPLERS.contains(&sampler.as_str())
    {
        bail!(
            "{SAMPLER} is {sampler:?}: use one of {}",
            SAMPLERS.join(", ")
        );
    }
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .build()
        .with_context(|| format!("{} cannot be used", ENDPOINTS.join(" or ")))?;
    let provider = SdkTracerProvider::builder()
        .with_resource(resource.clone())
        .with_batch_exporter(Watched {
            exporter,
            is_away: AtomicBool::new(false),
        })
        .build();
    global::set_text_map_propagator(TraceContextPropagator::new());
    Ok(Some(Spans(provider)))
}

/// An empty variable counts as not set.
fn set(name: &str) -> Option<String> {
    let value = std::env::var(name).ok()?;
    Some(value).filter(|value| !value.trim().is_empty())
}

impl Spans {
    pub fn layer(&self) -> AnyLayer {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("errand"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(filter_fn(is_exported))
            .boxed()
    }

    /// Blocks until the last spans are sent or the time is over.
    pub fn stop(self) {
        // Whatever it says was logged by the exporter, or is lost with the process.
        let _ = self.0.shutdown_with_timeout(STOP_TIMEOUT);
    }
}

/// Our own spans, and what went wrong in them.
fn is_exported(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with("errand")
        && (metadata.is_span() || *metadata.level() <= Level::WARN)
}

/// Says once that the collector is away, and once that it is back. Meanwhile spans are dropped when their queue is
/// full; nothing waits for it.
#[derive(Debug)]
struct Watched {
    exporter: SpanExporter,
    is_away: AtomicBool,
}

impl opentelemetry_sdk::trace::SpanExporter for Watched {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        match self.exporter.export(batch).await {
            Ok(()) => {
                if self.is_away.swap(false, Ordering::Relaxed) {
                    tracing::info!("spans are exported again");
                }
            }
            Err(error) => {
                if !self.is_away.swap(true, Ordering::Relaxed) {
                    tracing::warn!(%error, "spans are lost until the collector takes them again");
                }
            }
        }
        Ok(())
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}
