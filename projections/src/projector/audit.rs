//! The proof that the log is sound and that the tables are what it says.
use super::{Difference, Progress, Projector};
use crate::{Db, Result, Which, events};
use errand_eventlog::Seq;
use serde::Serialize;
use std::time::Duration;

/// The archive may be so far behind when an audit begins; what it has not taken in then is left to the next audit.
const MAX_WAIT_FOR_ARCHIVE: Duration = Duration::from_secs(10);

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Audit {
    /// The last sequence of the log that was looked at.
    pub through: Seq,
    /// Events up to there.
    pub events: u64,
    /// Rows of the read models and the archive that are not what the log says, at most [`super::MAX_DIFFERENCES`].
    pub differences: Vec<Difference>,
    /// What is wrong with the log itself.
    pub faults: Vec<events::LogFault>,
}

impl Audit {
    pub fn is_clean(&self) -> bool {
        self.differences.is_empty() && self.faults.is_empty()
    }
}

impl Projector {
    /// Replays the log into `scratch`, an empty database, compares it with the live tables, and proves the log by what
    /// was just made from it. `tell` is called after every page.
    ///
    /// # Errors
    /// The log or a database fails.
    pub async fn audit(
        &self,
        scratch: &Db,
        tell: impl Fn(Progress) + Send + Sync,
    ) -> Result<Audit> {
        let head = self.log.head().await?.seq;
        let positions = self.positions();
        let archive = positions.wait_for(Which::One(events::NAME), head, MAX_WAIT_FOR_ARCHIVE);
        if let Err(late) = archive.await {
            tracing::info!(%late, "the audit ends where the archive does");
        }
        let verified = self.verified(scratch, &tell).await?;
        let archived = verified.archived;
        Ok(Audit {
            through: archived.through,
            events: archived.events,
            differences: verified.differences,
            faults: scratch.log_faults(archived.events).await?,
        })
    }
}
