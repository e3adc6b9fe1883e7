//! The runtime of reactors: everything that acts on events and is not a projection.
//!
//! A reactor does one thing. It is handed an event at least once, in no promised order, reloads what it
//! acts on, and records the outcome as an event. A failure is retried with a growing delay and, after
//! bounded attempts, set aside as a dead letter.
mod attempt;
mod failure;
mod incoming;
mod runtime;

pub use failure::Failure;
pub use incoming::Incoming;
pub use runtime::{Subscribers, run};

use async_trait::async_trait;
use std::time::Duration;

/// One thing done about some events.
#[async_trait]
pub trait Reactor: Send + Sync + 'static {
    /// Stable name of the durable group; a changed meaning gets a new one (`…-v2`).
    fn name(&self) -> &'static str;

    /// Full type names, e.g. `errand.v1.StoryCreated`.
    fn listens_to(&self) -> &'static [&'static str];

    async fn handle(&self, event: &Incoming) -> Result<(), Failure>;

    fn limits(&self) -> Limits {
        Limits::default()
    }
}

/// The bounds of one reactor.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Events handled at once.
    pub max_in_flight: usize,
    /// Attempts before the event is set aside as a dead letter.
    pub max_attempts: u32,
    /// One attempt may take so long; then it counts as failed.
    pub attempt_timeout: Duration,
    /// The delay after the first failure; it doubles with each further one.
    pub first_delay: Duration,
    pub max_delay: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_in_flight: 64,
            max_attempts: 10,
            attempt_timeout: Duration::from_secs(60),
            first_delay: Duration::from_millis(200),
            max_delay: Duration::from_secs(300),
        }
    }
}
