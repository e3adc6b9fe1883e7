use super::{Recorded, error::Result};
use async_trait::async_trait;
use std::sync::Arc;

/// A message set aside after bounded attempts, whole.
#[derive(Debug, Clone)]
pub struct DeadLetter {
    pub id: u64,
    /// The group whose handler gave up.
    pub group: String,
    pub reason: String,
    pub attempts: u32,
    /// Microseconds since the Unix epoch.
    pub at_us: i64,
    pub event: Arc<Recorded>,
}

/// The box of dead letters.
#[async_trait]
pub trait DeadLetters: Send + Sync + 'static {
    /// Newest first, at most `limit`.
    async fn list(&self, limit: u32) -> Result<Vec<DeadLetter>>;
    async fn get(&self, id: u64) -> Result<Option<DeadLetter>>;
    /// Delivers it again to its group, as a first attempt; `false` when there is no such letter.
    async fn redrive(&self, id: u64) -> Result<bool>;
    /// Forgets it; the event itself stays in the log. `false` when there is no such letter.
    async fn discard(&self, id: u64) -> Result<bool>;
}
