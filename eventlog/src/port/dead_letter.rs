use super::{Recorded, error::Result};
use async_trait::async_trait;
use std::{collections::BTreeMap, sync::Arc};

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

/// Which letters to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LetterQuery {
    /// Only those of this group.
    pub group: Option<String>,
    /// Only those with a smaller id: the last one of the page before.
    pub before: Option<u64>,
    pub limit: u32,
}

/// The box of dead letters.
#[async_trait]
pub trait DeadLetters: Send + Sync + 'static {
    /// Newest first, at most `limit`.
    async fn list(&self, limit: u32) -> Result<Vec<DeadLetter>> {
        let query = LetterQuery {
            limit,
            ..LetterQuery::default()
        };
        self.find(&query).await
    }
    /// Newest first. An adapter lists at most 1,000 at once, whatever `limit` says.
    async fn find(&self, query: &LetterQuery) -> Result<Vec<DeadLetter>>;
    /// How many letters each group has; groups without any are left out.
    async fn counts(&self) -> Result<BTreeMap<String, u64>>;
    async fn get(&self, id: u64) -> Result<Option<DeadLetter>>;
    /// Delivers it again to its group, as a first attempt; `false` when there is no such letter.
    ///
    /// # Errors
    /// [`super::LogError::Rejected`] when nobody would take it: its group is another program's.
    async fn redrive(&self, id: u64) -> Result<bool>;
    /// Forgets it; the event itself stays in the log. `false` when there is no such letter.
    async fn discard(&self, id: u64) -> Result<bool>;
}
