//! What a run tells its watchers: its span, and the log lines of its beginning and its end.
use super::{claim::Origin, ending::Ending};
use crate::session::Session;
use errand_eventlog::{Claim, trace};
use tracing::{Span, field::Empty};

/// The span of one claimed job, in the trace of what led to the session.
pub fn of_run(claim: &dyn Claim, origin: &Origin) -> Span {
    let job = claim.job();
    let span = tracing::info_span!(
        "run session",
        otel.kind = "consumer",
        otel.status_code = Empty,
        messaging.system = "errand",
        messaging.operation.name = "process",
        messaging.operation.type = "process",
        messaging.destination.name = "jobs",
        messaging.message.id = %job.id,
        errand.session.id = %job.id,
        errand.story.id = job.story_id,
        errand.attempt = claim.delivery(),
        errand.outcome = Empty,
    );
    trace::follow(&span, &origin.traceparent);
    span
}

pub fn claimed(id: &str, session: &Session) {
    let (story, conversation, agent) = ids(session);
    tracing::info!(story, session = id, conversation, agent, "session claimed");
}

/// What people are told of a failure is in its event; the log names its kind.
pub fn ended(id: &str, session: &Session, ending: &Ending) {
    let (story, conversation, _) = ids(session);
    let outcome = ending.outcome();
    tracing::info!(story, session = id, conversation, outcome, "session ended");
    let span = Span::current();
    span.record("errand.outcome", outcome);
    if let Ending::Failed { .. } = ending {
        span.record("otel.status_code", "ERROR");
    }
}

fn ids(session: &Session) -> (&str, &str, &str) {
    let facts = &session.facts.0;
    (&facts.story_id, &facts.conversation_id, &facts.agent)
}
