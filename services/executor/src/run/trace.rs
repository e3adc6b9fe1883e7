//! What a run tells its watchers: its spans, and the log lines of its beginning and its end.
use super::{claim::Origin, ending::Ending};
use crate::{redaction::Redactor, runner::RunUpdate, session::Session};
use errand_eventlog::{Claim, trace};
use errand_proto::v1;
use std::collections::HashMap;
use tracing::{Span, field::Empty};
use uuid::Uuid;

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

/// The span of an agent at work, by the conventions for generative models.
pub fn of_agent(agent: &str, session: Uuid) -> Span {
    tracing::info_span!(
        "invoke_agent",
        otel.name = format!("invoke_agent {agent}"),
        otel.status_code = Empty,
        "error.type" = Empty,
        gen_ai.operation.name = "invoke_agent",
        gen_ai.provider.name = Empty,
        gen_ai.agent.name = agent,
        gen_ai.conversation.id = %session,
        gen_ai.usage.input_tokens = Empty,
        gen_ai.usage.output_tokens = Empty,
        errand.usage.cost_micro_usd = Empty,
    )
}

pub fn agent_ended(span: &Span, usage: &v1::Usage, ended: Option<&Ending>) {
    span.record("gen_ai.usage.input_tokens", usage.input_tokens)
        .record("gen_ai.usage.output_tokens", usage.output_tokens)
        .record("errand.usage.cost_micro_usd", usage.cost_micro_usd);
    if let Some(Ending::Failed { outcome, .. }) = ended {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", outcome.code());
    }
}

/// The spans of the tool calls that are open, below the agent's.
#[derive(Default)]
pub struct ToolSpans(HashMap<String, Span>);

impl ToolSpans {
    /// Opens and closes spans; the names in them are an agent's words.
    pub fn follow(&mut self, update: &RunUpdate, redactor: &Redactor) {
        match update {
            RunUpdate::Started { agent_name, .. } => {
                let name = &*redactor.redact(agent_name);
                Span::current().record("gen_ai.provider.name", name);
            }
            RunUpdate::ToolCallStarted {
                id,
                name,
                title,
                kind,
                ..
            } => {
                // Where the agent names no tool its title stands for the name, and says what the call is about.
                let tool = if name == title { kind.as_str() } else { name };
                let tool = &*redactor.redact(tool);
                let span = tracing::info_span!(
                    "execute_tool",
                    otel.name = format!("execute_tool {tool}"),
                    otel.status_code = Empty,
                    gen_ai.operation.name = "execute_tool",
                    gen_ai.tool.name = tool,
                    gen_ai.tool.call.id = &*redactor.redact(id),
                );
                self.0.insert(id.clone(), span);
            }
            RunUpdate::ToolCallEnded { id, ok, .. } => {
                let span = self.0.remove(id);
                if let Some(span) = span.filter(|_| !ok) {
                    span.record("otel.status_code", "ERROR");
                }
            }
            _ => {}
        }
    }
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
