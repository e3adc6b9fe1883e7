//! Log lines on standard error. `ERRAND_LOG` takes tracing's filters, e.g. `debug` or `errand_executor=debug`.
use crate::{config::Config, wiring::secrets};
use errand_executor::redaction::RedactedWriter;
use std::io::IsTerminal;
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

const DEFAULT_FILTER: &str = "info,agent_client_protocol=warn,hyper=warn,sqlx=warn,genai=warn";

/// Called once by commands that run services. No line holds a secret.
pub fn start(json: bool) {
    let filter = EnvFilter::try_from_env("ERRAND_LOG").unwrap_or_else(|_| DEFAULT_FILTER.into());
    let registry = tracing_subscriber::registry().with(filter);
    // A mistake in the configuration is told by the command itself.
    let redactor = Config::load()
        .map(|config| secrets::redactor(&config))
        .unwrap_or_default();
    let stderr = move || RedactedWriter::new(redactor.clone(), std::io::stderr());
    let lines = fmt::layer().with_writer(stderr);
    // An error says that somebody started logging before; their choice stands.
    let _ = if json {
        registry.with(lines.json()).try_init()
    } else {
        registry
            .with(
                lines
                    .with_target(false)
                    .with_ansi(std::io::stderr().is_terminal()),
            )
            .try_init()
    };
}
