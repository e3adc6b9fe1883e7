//! A job and the turns as they are stored, in JSON so that people can read them.
use crate::limits::MAX_PROJECT_TURNS;
use errand_eventlog::{Job, Pauses};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};
use uuid::Uuid;

/// One state of one job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Revision {
    pub id: Uuid,
    pub story_id: String,
    pub project_id: String,
    pub priority: u8,
    pub enqueued_us: i64,
    pub not_before_us: i64,
    pub deliveries: u32,
    /// The last claim, also after it ended, so that its holder knows its own writes again.
    pub claim: Option<Uuid>,
    /// `None` while it waits.
    pub held: Option<Held>,
    /// It was done or removed; the mark is kept for a while.
    #[serde(default)]
    pub gone: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Held {
    pub worker: String,
    pub lease_ms: u64,
}

impl Held {
    pub fn lease(&self) -> Duration {
        Duration::from_millis(self.lease_ms)
    }
}

impl Revision {
    pub fn new(job: &Job) -> Self {
        Self {
            id: job.id,
            story_id: job.story_id.clone(),
            project_id: job.project_id.clone(),
            priority: job.priority,
            enqueued_us: job.enqueued_us,
            not_before_us: 0,
            deliveries: 0,
            claim: None,
            held: None,
            gone: false,
        }
    }

    pub fn job(&self) -> Job {
        Job {
            id: self.id,
            story_id: self.story_id.clone(),
            project_id: self.project_id.clone(),
            priority: self.priority,
            enqueued_us: self.enqueued_us,
        }
    }

    pub fn claimed(&self, claim: Uuid, worker: &str, lease: Duration) -> Self {
        Self {
            deliveries: self.deliveries.saturating_add(1),
            claim: Some(claim),
            held: Some(Held {
                worker: worker.to_owned(),
                lease_ms: u64::try_from(lease.as_millis()).unwrap_or(u64::MAX),
            }),
            ..self.clone()
        }
    }

    pub fn released(&self, not_before_us: i64) -> Self {
        Self {
            not_before_us,
            held: None,
            ..self.clone()
        }
    }

    pub fn removed(&self) -> Self {
        Self {
            held: None,
            gone: true,
            ..self.clone()
        }
    }
}

/// How many claims there were, and which was each project's last. The pauses are part of it because every claim is
/// guarded by its last revision: none can be decided on a view that does not know of a pause.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Turns {
    pub turn: u64,
    pub projects: BTreeMap<String, u64>,
    #[serde(default, skip_serializing_if = "Pauses::is_empty")]
    pub pauses: Pauses,
}

impl Turns {
    /// After one more claim of the project.
    pub fn after(&self, project: &str) -> Self {
        let mut next = self.clone();
        next.turn += 1;
        next.projects.insert(project.to_owned(), next.turn);
        if next.projects.len() > MAX_PROJECT_TURNS {
            let oldest = next.projects.iter().min_by_key(|(_, turn)| **turn);
            if let Some(oldest) = oldest.map(|(project, _)| project.clone()) {
                next.projects.remove(&oldest);
            }
        }
        next
    }
}
