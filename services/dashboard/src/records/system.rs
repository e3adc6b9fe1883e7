use crate::{events::EventRecord, roles::RoleState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A command was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Done {
    /// The log's sequence that a reader must have passed to see the effect.
    pub seq: u64,
}

/// A command was begun and goes on in the background.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Accepted {
    /// Where to see how far it is.
    pub see: String,
}

/// An agent was put to work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SpawnedStory {
    pub story_id: String,
    pub session_id: String,
    pub conversation_id: String,
    pub seq: u64,
    /// The story's page.
    pub url: String,
}

/// A project with what its tabs hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Project {
    pub id: String,
    pub active: i64,
    pub ended: i64,
}

/// A session in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueuedJob {
    pub session_id: String,
    pub story_id: String,
    pub project_id: String,
    /// 0 (first) to 3.
    pub priority: u8,
    pub enqueued_at: String,
    /// "claimed", "waiting", or "held" when it is not queued yet.
    pub state: String,
    /// 1 for the next to run; 0 while claimed or held.
    pub position: u32,
    /// "running", "worker", "ahead", "project_limit", "paused", "delayed", "approval" or "retry".
    pub reason: String,
    /// The reason in words, e.g. "2 ahead of it".
    pub waiting_for: String,
    pub deliveries: u32,
}

/// A stop that a person put on the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pause {
    /// The project it is about; `null` when it is about all.
    pub project_id: Option<String>,
    pub by: String,
    pub since: String,
}

/// How far a read model is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Projection {
    pub name: String,
    pub seq: u64,
    /// Counts the rebuilds.
    pub generation: i64,
    /// "starting", "following", "retrying", "failed" or "stopped".
    pub state: String,
    pub rebuilding: bool,
    pub error: Option<String>,
    /// The last sequence of the log.
    pub head: u64,
    pub lag: u64,
}

/// How far a subscriber is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    pub name: String,
    pub acked_through: u64,
    pub head: u64,
    pub lag: u64,
    /// Deliveries under way or waiting for a retry.
    pub outstanding: u64,
    pub dead_letters: u64,
}

/// What the queue holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueueState {
    pub running: usize,
    pub waiting: usize,
    /// When the job that waits longest was queued.
    pub waiting_since: Option<String>,
    pub longest_wait_seconds: Option<i64>,
    /// P0 to P3.
    pub priorities: Vec<PriorityState>,
}

/// The jobs of one priority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PriorityState {
    /// 0 (first) to 3.
    pub priority: u8,
    pub running: usize,
    pub waiting: usize,
}

/// A message that was set aside.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetter {
    pub id: u64,
    pub group: String,
    pub reason: String,
    pub attempts: u32,
    pub at: String,
    pub event: EventRecord,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetters {
    pub dead_letters: Vec<DeadLetter>,
    /// Pass it as `before` for the next page; `null` when there is none.
    pub next: Option<u64>,
}

/// Letters of one subscriber were delivered again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Redriven {
    pub redriven: usize,
    /// Pass it as `before` to go on; `null` when all were delivered.
    pub next: Option<u64>,
}

/// Some events in log order.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Events {
    pub events: Vec<EventRecord>,
    /// Pass it as `from` for the next page; `null` when there is none yet.
    pub next: Option<u64>,
}

/// The state of everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// "ok", or "degraded" when there are reasons.
    pub status: &'static str,
    /// What needs a look.
    pub reasons: Vec<String>,
    /// The last sequence of the log.
    pub head: u64,
    pub projections: Vec<Projection>,
    pub groups: Vec<Group>,
    pub roles: Vec<RoleState>,
    pub queue: QueueState,
    pub dead_letters: u64,
    pub vendors: Vec<crate::dashboard::VendorInfo>,
}
