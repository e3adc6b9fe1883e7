//! One attempt of one reactor at one event: handled, timed, traced, and answered.
use super::{Failure, Incoming, Limits, Reactor};
use crate::{Delivery, Recorded, metrics, trace};
use std::{
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};
use tracing::{Instrument, Span, field::Empty};

/// Two reports may be lost before the delivery is given to another reader.
const PROGRESS_EVERY: Duration = Duration::from_secs(5);

pub async fn make(reactor: Arc<dyn Reactor>, delivery: Box<dyn Delivery>) {
    let span = span(reactor.name(), delivery.event(), delivery.attempt());
    let attempt = async {
        let began = Instant::now();
        let outcome = handle(reactor.as_ref(), delivery.as_ref()).await;
        let next = next(outcome, &reactor.limits(), delivery.attempt());
        tell(reactor.name(), delivery.as_ref(), &next, began.elapsed());
        answer(reactor.name(), delivery, next).await;
    };
    attempt.instrument(span).await;
}

/// Named as OpenTelemetry's conventions for messaging have it. Its parent is what wrote the event, so that an attempt
/// after a failure or a restart stays in the same trace.
fn span(subscriber: &'static str, event: &Recorded, attempt: u32) -> Span {
    let envelope = &event.envelope;
    let span = tracing::info_span!(
        "process",
        otel.name = format!("process {subscriber}"),
        otel.kind = "consumer",
        otel.status_code = Empty,
        messaging.system = "errand",
        messaging.operation.name = "process",
        messaging.operation.type = "process",
        messaging.consumer.group.name = subscriber,
        messaging.message.id = %envelope.id,
        messaging.message.conversation_id = %envelope.correlation_id,
        errand.event.type = envelope.event_type,
        errand.event.seq = event.seq,
        errand.aggregate.id = event.subject.id(),
        errand.attempt = attempt,
        errand.outcome = Empty,
    );
    trace::follow(&span, &trace::of(envelope));
    span
}

async fn handle(reactor: &dyn Reactor, delivery: &dyn Delivery) -> Result<(), Failure> {
    let incoming = Incoming::new(Arc::clone(delivery.event()), delivery.attempt());
    let incoming = incoming.map_err(|undecodable| Failure::Hopeless(undecodable.to_string()))?;
    let timeout = reactor.limits().attempt_timeout;
    let attempt = tokio::time::timeout(timeout, reactor.handle(&incoming));
    let late = |_| Err(Failure::Retry(format!("no end after {timeout:?}")));
    in_progress(delivery, attempt).await.unwrap_or_else(late)
}

/// Tells the log now and then that the work goes on.
async fn in_progress<T>(delivery: &dyn Delivery, work: impl Future<Output = T>) -> T {
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(PROGRESS_EVERY) => {
                if let Err(error) = delivery.progress().await {
                    tracing::debug!(%error, "progress could not be reported");
                }
            }
        }
    }
}

/// What becomes of the event after this attempt.
enum Next {
    Done,
    Again { after: Duration, reason: String },
    Dead { reason: String },
}

fn next(outcome: Result<(), Failure>, limits: &Limits, attempt: u32) -> Next {
    match outcome {
        Ok(()) => Next::Done,
        Err(Failure::Hopeless(reason)) => Next::Dead { reason },
        Err(failure) if attempt >= limits.max_attempts => Next::Dead {
            reason: format!("{failure} (gave up after {attempt} attempts)"),
        },
        Err(failure) => Next::Again {
            after: delay(&failure, limits, attempt),
            reason: failure.to_string(),
        },
    }
}

fn delay(failure: &Failure, limits: &Limits, attempt: u32) -> Duration {
    let doubled = limits.first_delay * 2u32.saturating_pow(attempt.saturating_sub(1).min(20));
    let growing = doubled.min(limits.max_delay);
    let jitter = growing.mul_f64((uuid::Uuid::new_v4().as_u128() % 1000) as f64 / 4000.0);
    match failure {
        Failure::RetryAfter { after, .. } => (*after).max(limits.first_delay) + jitter,
        _ => growing + jitter,
    }
}

/// To whoever watches: measures, the open span, and the log, which hears of a failure that goes on only once.
fn tell(subscriber: &'static str, delivery: &dyn Delivery, next: &Next, took: Duration) {
    let (event, attempt) = (delivery.event(), delivery.attempt());
    let (seq, kind) = (event.seq, event.envelope.event_type.as_str());
    let outcome = match next {
        Next::Done => "done",
        Next::Again { after, reason } if attempt == 1 => {
            tracing::warn!(
                subscriber,
                seq,
                event = kind,
                reason,
                ?after,
                "failed, will try again"
            );
            "retry"
        }
        Next::Again { after, reason } => {
            tracing::debug!(
                subscriber,
                seq,
                event = kind,
                attempt,
                reason,
                ?after,
                "failed again"
            );
            "retry"
        }
        Next::Dead { reason } => {
            tracing::error!(
                subscriber,
                seq,
                event = kind,
                reason,
                "set aside as a dead letter"
            );
            "dead_letter"
        }
    };
    let span = Span::current();
    span.record("errand.outcome", outcome);
    if !matches!(next, Next::Done) {
        span.record("otel.status_code", "ERROR");
    }
    let labels = [("subscriber", subscriber), ("outcome", outcome)];
    metrics::ATTEMPT.record(took, &labels);
}

async fn answer(subscriber: &'static str, delivery: Box<dyn Delivery>, next: Next) {
    let seq = delivery.event().seq;
    let answered = match next {
        Next::Done => delivery.ack().await,
        Next::Again { after, reason } => delivery.retry(after, &reason).await,
        Next::Dead { reason } => delivery.dead(&reason).await,
    };
    if let Err(error) = answered {
        // Harmless: without an answer the event is delivered again.
        tracing::warn!(subscriber, seq, %error, "the answer to a delivery was lost");
    }
}
