//! W3C trace context: from the span that is open now into an envelope, and from there into the next span.
//!
//! Where spans are not exported, envelopes carry a context all the same, made from the correlation id: what belongs
//! together is found by its trace id either way.
use errand_proto::Envelope;
use opentelemetry::{
    Context, global,
    propagation::{Extractor, Injector},
};
use std::borrow::Cow;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use uuid::Uuid;

const TRACE_PARENT: &str = "traceparent";

/// Only `traceparent` travels: no baggage, and no vendor's state.
#[derive(Default)]
struct Carrier<'a>(Option<Cow<'a, str>>);

impl Injector for Carrier<'_> {
    fn set(&mut self, key: &str, value: String) {
        if key == TRACE_PARENT {
            self.0 = Some(value.into());
        }
    }
}

impl Extractor for Carrier<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.as_deref().filter(|_| key == TRACE_PARENT)
    }

    fn keys(&self) -> Vec<&str> {
        vec![TRACE_PARENT]
    }
}

/// The context of the span that is open now; `None` where spans are not exported.
pub fn current() -> Option<String> {
    let span = Span::current();
    if span.is_disabled() {
        return None;
    }
    let (context, mut carrier) = (span.context(), Carrier::default());
    global::get_text_map_propagator(|p| p.inject_context(&context, &mut carrier));
    carrier.0.map(Cow::into_owned)
}

/// A context that no span stands behind. It says "not sampled", so that no later span hangs on a parent that
/// nobody has.
pub fn unrecorded(correlation_id: Uuid, step: Uuid) -> String {
    let (_, span) = step.as_u64_pair();
    format!("00-{}-{span:016x}-00", correlation_id.simple())
}

/// The context under which an event was written.
pub fn of(envelope: &Envelope) -> String {
    let written = envelope.traceparent.clone();
    written.unwrap_or_else(|| unrecorded(envelope.correlation_id, envelope.id))
}

/// Makes a span that was not entered yet a child of whatever wrote `traceparent`.
pub fn follow(span: &Span, traceparent: &str) {
    if span.is_disabled() {
        return;
    }
    let carrier = Carrier(Some(traceparent.into()));
    let parent =
        global::get_text_map_propagator(|p| p.extract_with_context(&Context::new(), &carrier));
    // It fails only where spans are not exported.
    let _ = span.set_parent(parent);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unrecorded_context_names_the_correlation_and_is_not_sampled() {
        let correlation = Uuid::from_u128(0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c);
        let step = Uuid::from_u128(0xb7ad_6b71_6920_3331);
        assert_eq!(
            unrecorded(correlation, step),
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
        );
    }

    #[test]
    fn without_an_exporter_no_context_is_open() {
        let span = tracing::info_span!("nobody listens");
        let _open = span.enter();
        assert_eq!(current(), None);
    }
}
