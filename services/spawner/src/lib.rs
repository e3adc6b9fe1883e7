//! The spawner: owns stories and batches, and tells Linear of them.
//!
//! # Layout
//! - [`story`]: the Story aggregate.
//! - [`batch`]: the Batch aggregate, and the report of a batch.
//! - [`delivery`]: the policy that moves a story from one stage to the next.
//! - [`retry_timer`]: begins retries when their time has come.
//! - [`batch_timer`]: consolidates batches whose time is over.
//! - [`reactors`]: one file for each thing done about an event.
//! - [`cancel_poll`]: looks for issues that were cancelled in Linear; `follow_issue`: cancels their stories.
//! - `journey`: how long people waited.
//! - [`issue_text`]: what people read in the Linear issue.
//! - [`batch_text`]: what people read in the Linear issue of a batch.
//! - [`linear`]: the connector.

pub mod batch;
pub mod batch_text;
pub mod batch_timer;
pub mod cancel_poll;
pub mod delivery;
mod follow_issue;
pub mod issue_text;
mod journey;
pub mod linear;
pub mod reactors;
pub mod retry_timer;
mod session_progress;
pub mod story;
mod timer;

use batch::Batch;
use errand_eventlog::{EventLog, aggregate::Aggregates};
use linear::IssueTracker;
use std::{sync::Arc, time::Duration};
use story::{Retries, Story};

/// The name under which this service writes events.
pub const SOURCE: &str = "errand/spawner";

/// What the spawner works with.
#[derive(Clone)]
pub struct Spawner {
    pub stories: Aggregates<Story>,
    pub batches: Aggregates<Batch>,
    pub log: Arc<dyn EventLog>,
    pub workspace: String,
    /// `None` when no tracker is configured: stories are created and run all the same.
    pub tracker: Option<Arc<dyn IssueTracker>>,
    /// How often each kind of agent is tried again by itself.
    pub retries: Retries,
    /// How long a batch waits for its stories.
    pub batch_limit: Duration,
    /// Where people find Errand; for links in reports.
    pub public_url: String,
}

impl Spawner {
    pub fn new(
        log: Arc<dyn EventLog>,
        workspace: &str,
        tracker: Option<Arc<dyn IssueTracker>>,
    ) -> Self {
        Self {
            stories: Aggregates::new(Arc::clone(&log), workspace, SOURCE),
            batches: Aggregates::new(Arc::clone(&log), workspace, SOURCE),
            log,
            workspace: workspace.to_owned(),
            tracker,
            retries: Retries::default(),
            batch_limit: batch::USUAL_TIME_LIMIT,
            public_url: String::new(),
        }
    }
}
