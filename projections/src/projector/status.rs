use super::Projector;
use crate::{Result, positions::Position};
use errand_eventlog::Seq;
use serde::Serialize;

/// How a projection is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectionStatus {
    #[serde(flatten)]
    pub position: Position,
    /// The last sequence of the log.
    pub head: Seq,
    /// How many sequences it is behind.
    pub lag: u64,
}

impl Projector {
    /// Every projection.
    ///
    /// # Errors
    /// The log cannot be reached.
    pub async fn status(&self) -> Result<Vec<ProjectionStatus>> {
        let head = self.log.head().await?.seq;
        let status = |position: Position| ProjectionStatus {
            lag: head.saturating_sub(position.seq),
            position,
            head,
        };
        Ok(self.positions().now().into_iter().map(status).collect())
    }
}
