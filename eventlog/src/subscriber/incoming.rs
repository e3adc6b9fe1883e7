use crate::{
    Recorded, Seq,
    aggregate::{CommandMeta, now_us},
    trace,
};
use errand_proto::{DecodeError, Event};
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

/// An event as a reactor sees it.
#[derive(Debug, Clone)]
pub struct Incoming {
    pub event: Event,
    pub recorded: Arc<Recorded>,
    /// 1 for the first attempt.
    pub attempt: u32,
}

impl Incoming {
    /// # Errors
    /// The type is unknown or the payload does not fit it.
    pub fn new(recorded: Arc<Recorded>, attempt: u32) -> Result<Self, DecodeError> {
        Ok(Self {
            event: recorded.decode()?,
            recorded,
            attempt,
        })
    }

    /// The id of the aggregate that the event is about.
    pub fn id(&self) -> &str {
        self.recorded.subject.id()
    }

    pub fn seq(&self) -> Seq {
        self.recorded.seq
    }

    /// What is left of `time` since the event was made.
    pub fn left_of(&self, time: Duration) -> Duration {
        let age_us = now_us() - self.recorded.envelope.time_us;
        time.saturating_sub(Duration::from_micros(u64::try_from(age_us).unwrap_or(0)))
    }

    /// The meta of a command that this event causes. `step` names the command, so that handling the
    /// event twice issues the same command id twice, and the second has no effect.
    pub fn causes(&self, step: &str) -> CommandMeta {
        let envelope = &self.recorded.envelope;
        CommandMeta {
            command_id: Uuid::new_v5(&envelope.id, step.as_bytes()),
            correlation_id: envelope.correlation_id,
            causation_id: envelope.id,
            time_us: now_us(),
            traceparent: trace::current().or_else(|| Some(trace::of(envelope))),
        }
    }
}
