//! Who caused a command. Travels through `cqrs_es` as its string metadata.
use crate::trace;
use std::{
    collections::HashMap,
    time::{SystemTime, UNIX_EPOCH},
};
use uuid::Uuid;

const COMMAND: &str = "command";
const CORRELATION: &str = "correlation";
const CAUSATION: &str = "causation";
const TIME: &str = "time_us";
const TRACE: &str = "traceparent";

/// The ids and the time that a command carries into the events it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandMeta {
    /// The idempotency key: the same command id on the same aggregate takes effect once.
    pub command_id: Uuid,
    pub correlation_id: Uuid,
    pub causation_id: Uuid,
    /// Microseconds since the Unix epoch.
    pub time_us: i64,
    /// W3C context of the span that gave the command.
    pub traceparent: Option<String>,
}

impl CommandMeta {
    /// A command that begins something: its own id is also correlation and causation.
    pub fn root(command_id: Uuid) -> Self {
        let unrecorded = || Some(trace::unrecorded(command_id, command_id));
        Self {
            command_id,
            correlation_id: command_id,
            causation_id: command_id,
            time_us: now_us(),
            traceparent: trace::current().or_else(unrecorded),
        }
    }

    /// A further command of the same cause; `step` names it, so that a repeat has the same id.
    pub fn step(&self, step: &str) -> Self {
        Self {
            command_id: Uuid::new_v5(&self.command_id, step.as_bytes()),
            causation_id: self.command_id,
            time_us: now_us(),
            traceparent: trace::current().or_else(|| self.traceparent.clone()),
            correlation_id: self.correlation_id,
        }
    }

    /// As `cqrs_es` carries it.
    pub fn to_map(&self) -> HashMap<String, String> {
        let mut map = HashMap::with_capacity(5);
        map.insert(COMMAND.to_owned(), self.command_id.to_string());
        map.insert(CORRELATION.to_owned(), self.correlation_id.to_string());
        map.insert(CAUSATION.to_owned(), self.causation_id.to_string());
        map.insert(TIME.to_owned(), self.time_us.to_string());
        if let Some(trace) = &self.traceparent {
            map.insert(TRACE.to_owned(), trace.clone());
        }
        map
    }

    /// `None` when a key is missing or unreadable.
    pub(crate) fn from_map(map: &HashMap<String, String>) -> Option<Self> {
        Some(Self {
            command_id: map.get(COMMAND)?.parse().ok()?,
            correlation_id: map.get(CORRELATION)?.parse().ok()?,
            causation_id: map.get(CAUSATION)?.parse().ok()?,
            time_us: map.get(TIME)?.parse().ok()?,
            traceparent: map.get(TRACE).cloned(),
        })
    }
}

/// Microseconds since the Unix epoch.
pub fn now_us() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
    elapsed.map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(i64::MAX))
}
