//! How far each projection has come, in memory: read-your-writes and the health page.
use errand_eventlog::Seq;
use serde::Serialize;
use std::time::Duration;
use tokio::sync::watch;

words! {
    /// What a projection is doing.
    pub enum ProjectionState {
        Starting = "starting",
        Following = "following",
        Retrying = "retrying",
        Failed = "failed",
        Stopped = "stopped",
    }
}

/// Where one projection stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Position {
    pub name: &'static str,
    /// False for the archive, which follows at its own pace.
    #[serde(skip)]
    pub is_waited_for: bool,
    /// The last log sequence that its tables have taken in, or found to be none of theirs.
    pub seq: Seq,
    /// Counts the rebuilds.
    pub generation: i64,
    pub state: ProjectionState,
    /// True while new tables are filled beside the live ones, which go on being served.
    pub rebuilding: bool,
    /// Why it is retrying or has failed.
    pub error: Option<String>,
}

/// Which projections to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which<'a> {
    /// All that pages show: every one but the archive.
    All,
    One(&'a str),
}

/// Why a wait ended without the projection being there.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum WaitError {
    #[error("{projection} is at {position} and has not reached {wanted} within {} ms: try again", waited.as_millis())]
    Timeout {
        projection: &'static str,
        position: Seq,
        wanted: Seq,
        waited: Duration,
    },
    #[error("{projection} has stopped at {position}: {reason}")]
    Failed {
        projection: &'static str,
        position: Seq,
        reason: String,
    },
    #[error("the projections are shut down")]
    Closed,
    #[error("there is no projection {0:?}")]
    Unknown(String),
}

/// A view of all positions. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Positions(watch::Receiver<Vec<Position>>);

impl Positions {
    pub(crate) fn new(receiver: watch::Receiver<Vec<Position>>) -> Self {
        Self(receiver)
    }

    /// As they are now.
    pub fn now(&self) -> Vec<Position> {
        self.0.borrow().clone()
    }

    /// The sequence that every projection has reached.
    pub fn settled(&self) -> Seq {
        settled(&self.0.borrow())
    }

    /// Wakes whenever one of them moves.
    pub fn watch(&self) -> watch::Receiver<Vec<Position>> {
        self.0.clone()
    }

    /// Waits until the tables show everything up to `seq`: what was just written can then be read.
    ///
    /// # Errors
    /// They are not there in time, one of them has failed, or the projector is gone.
    pub async fn wait_for(
        &self,
        which: Which<'_>,
        seq: Seq,
        timeout: Duration,
    ) -> Result<(), WaitError> {
        if let Which::One(name) = which
            && !self.0.borrow().iter().any(|p| p.name == name)
        {
            return Err(WaitError::Unknown(name.to_owned()));
        }
        let mut positions = self.0.clone();
        let there = positions.wait_for(|all| behind(all, which, seq).is_none_or(is_over));
        match tokio::time::timeout(timeout, there).await {
            Ok(Ok(all)) => behind(&all, which, seq).map_or(Ok(()), |p| Err(failed(p))),
            Ok(Err(_)) => Err(WaitError::Closed),
            Err(_) => {
                let late = behind(&self.0.borrow(), which, seq).cloned();
                late.map_or(Ok(()), |p| Err(timed_out(&p, seq, timeout)))
            }
        }
    }
}

pub(crate) fn settled(all: &[Position]) -> Seq {
    let shown = all.iter().filter(|p| p.is_waited_for);
    shown.map(|p| p.seq).min().unwrap_or(0)
}

/// The first wanted projection that is not there yet; one that will never be there comes first.
fn behind<'a>(all: &'a [Position], which: Which<'_>, seq: Seq) -> Option<&'a Position> {
    let wanted = |p: &&Position| match which {
        Which::All => p.is_waited_for,
        Which::One(name) => p.name == name,
    };
    let late = || all.iter().filter(wanted).filter(|p| p.seq < seq);
    late().find(|p| is_over(p)).or_else(|| late().next())
}

fn is_over(position: &Position) -> bool {
    position.state == ProjectionState::Failed
}

fn failed(position: &Position) -> WaitError {
    WaitError::Failed {
        projection: position.name,
        position: position.seq,
        reason: position.error.clone().unwrap_or_default(),
    }
}

fn timed_out(position: &Position, wanted: Seq, waited: Duration) -> WaitError {
    WaitError::Timeout {
        projection: position.name,
        position: position.seq,
        wanted,
        waited,
    }
}

#[cfg(test)]
mod tests;
