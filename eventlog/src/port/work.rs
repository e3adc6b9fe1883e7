use super::{Filter, Recorded, Seq, error::Result};
use async_trait::async_trait;
use serde::Serialize;
use std::{sync::Arc, time::Duration};

/// A durable group of competing readers.
#[derive(Debug, Clone)]
pub struct Group {
    /// Stable name; a changed meaning gets a new one (`…-v2`).
    pub name: &'static str,
    pub filter: Filter,
    /// A delivery that is neither answered nor reported in progress for this long is given to another reader.
    pub ack_wait: Duration,
    /// Deliveries under way at once over all readers of the group.
    pub max_in_flight: usize,
    /// After so many deliveries the message is dead-lettered by the log itself.
    pub max_deliver: u32,
}

/// One event handed to one reader of a group. Dropping it without an answer means redelivery after `ack_wait`.
#[async_trait]
pub trait Delivery: Send + Sync {
    fn event(&self) -> &Arc<Recorded>;
    /// 1 for the first delivery.
    fn attempt(&self) -> u32;
    /// Restarts the `ack_wait`. Rejected when the message is with another reader by now: stop working on it.
    async fn progress(&self) -> Result<()>;
    /// It was handled. Counts also when it comes late.
    async fn ack(self: Box<Self>) -> Result<()>;
    /// Delivers again, not before `after` has passed; after `max_deliver` attempts it is a dead letter instead.
    async fn retry(self: Box<Self>, after: Duration, error: &str) -> Result<()>;
    /// Sets the message aside, whole, for a person to look at; never delivered again until redriven.
    async fn dead(self: Box<Self>, reason: &str) -> Result<()>;
}

/// How far a group is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupStatus {
    pub name: String,
    /// Every event up to here was handled or set aside for a retry.
    pub acked_through: Seq,
    /// The last sequence of the log.
    pub head: Seq,
    /// Deliveries under way or waiting for a retry.
    pub outstanding: u64,
}
