//! Log lines on standard error. `ERRAND_LOG` (or `RUST_LOG`) takes tracing's filters, e.g. `debug` or
//! `errand_executor=debug`.
use super::AnyLayer;
use crate::{config::Config, wiring::secrets};
use anyhow::Context;
use errand_executor::redaction::RedactedWriter;
use std::io::IsTerminal;
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt, filter_fn},
    fmt,
};

const DEFAULT_FILTER: &str = "info,agent_client_protocol=warn,async_nats=warn,hyper=warn,sqlx=warn,genai=warn,opentelemetry=warn";
/// The first that is set counts.
const VARIABLES: [&str; 2] = ["ERRAND_LOG", "RUST_LOG"];

/// No line holds a secret.
///
/// # Errors
/// The filter cannot be read; the message names the variable.
pub fn lines(json: bool) -> anyhow::Result<AnyLayer> {
    // A mistake in the configuration is told by the command itself.
    let redactor = Config::load()
        .map(|config| secrets::redactor(&config))
        .unwrap_or_default();
    let stderr = move || RedactedWriter::new(redactor.clone(), std::io::stderr());
    let lines = fmt::layer().with_writer(stderr);
    let lines = if json {
        let lines = lines.json().flatten_event(true);
        lines.with_current_span(false).with_span_list(false).boxed()
    } else {
        let colours = std::io::stderr().is_terminal();
        lines.with_target(false).with_ansi(colours).boxed()
    };
    // Every line names what it is about; spans are for traces, and cost nothing where none are taken.
    let no_spans = filter_fn(|metadata| metadata.is_event());
    Ok(lines.with_filter(filter()?.and(no_spans)).boxed())
}

fn filter() -> anyhow::Result<EnvFilter> {
    for variable in VARIABLES {
        let Some(text) = std::env::var(variable)
            .ok()
            .filter(|t| !t.trim().is_empty())
        else {
            continue;
        };
        return EnvFilter::try_new(&text).with_context(|| {
            format!("{variable} is {text:?}: use e.g. info, debug or errand_executor=debug")
        });
    }
    Ok(EnvFilter::new(DEFAULT_FILTER))
}
