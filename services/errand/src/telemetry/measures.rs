//! Histograms and counters of this process, in Prometheus' own registry, which also knows the process itself.
use anyhow::Context;
use opentelemetry::global;
use opentelemetry_sdk::{Resource, metrics::SdkMeterProvider};
use prometheus::proto::MetricFamily;

/// # Errors
/// It was started before.
pub fn start(resource: Resource) -> anyhow::Result<()> {
    let exporter = opentelemetry_prometheus::exporter()
        .with_registry(prometheus::default_registry().clone())
        .scope_info_enabled(false)
        .build()
        .context("measures cannot be started")?;
    let provider = SdkMeterProvider::builder()
        .with_resource(resource)
        .with_reader(exporter)
        .build();
    global::set_meter_provider(provider);
    Ok(())
}

pub fn now() -> Vec<MetricFamily> {
    prometheus::default_registry().gather()
}
