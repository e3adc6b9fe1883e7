//! What a process works with, and whether it answers.
use errand_eventlog::{DeadLetters, EventLog, GroupStatus, Head, JobQueue, QueueLimits, QueuedJob};
use errand_projections::{Projector, positions::ProjectionState, projector::ProjectionStatus};
use serde::Serialize;
use std::{collections::BTreeMap, fmt::Display, future::Future, sync::Arc, time::Duration};

/// A store that has not answered by then does not answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// The ports that a process uses; what it does not use is `None` and not asked for.
#[derive(Clone)]
pub struct Health {
    pub log: Arc<dyn EventLog>,
    pub queue: Option<(Arc<dyn JobQueue>, QueueLimits)>,
    pub dead_letters: Option<Arc<dyn DeadLetters>>,
    pub projector: Option<Projector>,
}

/// Whether work can be done, and what stands in its way.
#[derive(Debug, Serialize)]
pub struct Readiness {
    pub ready: bool,
    /// "ok", or what is wrong, for each thing that was asked.
    checks: BTreeMap<&'static str, String>,
}

impl Health {
    pub async fn readiness(&self) -> Readiness {
        let (log, database) = tokio::join!(self.head(), self.database());
        let mut checks = BTreeMap::from([("log", log.err())]);
        if let Some(database) = database {
            checks.insert("database", database.err());
            checks.insert("projections", self.failed_projection());
        }
        Readiness {
            ready: checks.values().all(Option::is_none),
            checks: checks
                .into_iter()
                .map(|(name, wrong)| (name, wrong.unwrap_or_else(|| "ok".to_owned())))
                .collect(),
        }
    }

    pub async fn head(&self) -> Result<Head, String> {
        in_time(self.log.head()).await
    }

    async fn database(&self) -> Option<Result<(), String>> {
        Some(in_time(self.projector.as_ref()?.db().ping()).await)
    }

    fn failed_projection(&self) -> Option<String> {
        let positions = self.projector.as_ref()?.positions().now();
        let failed = |state| matches!(state, ProjectionState::Failed | ProjectionState::Stopped);
        let failed = positions.into_iter().find(|p| failed(p.state))?;
        let why = failed.error.unwrap_or_else(|| failed.state.to_string());
        Some(format!("{}: {why}", failed.name))
    }

    pub async fn groups(&self) -> Result<Vec<GroupStatus>, String> {
        in_time(self.log.groups()).await
    }

    pub async fn jobs(&self) -> Option<Result<Vec<QueuedJob>, String>> {
        let (queue, limits) = self.queue.as_ref()?;
        Some(in_time(queue.list(limits)).await)
    }

    /// How many there are of each group that has some.
    pub async fn letters(&self) -> Option<Result<BTreeMap<String, u64>, String>> {
        Some(in_time(self.dead_letters.as_ref()?.counts()).await)
    }

    pub async fn projections(&self) -> Option<Result<Vec<ProjectionStatus>, String>> {
        Some(in_time(self.projector.as_ref()?.status()).await)
    }
}

async fn in_time<T, E: Display>(asked: impl Future<Output = Result<T, E>>) -> Result<T, String> {
    match tokio::time::timeout(ANSWER_TIMEOUT, asked).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err(format!("no answer within {ANSWER_TIMEOUT:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use errand_eventlog::embedded::{EmbeddedLog, EmbeddedOptions};
    use errand_projections::{Db, Projections};

    #[tokio::test]
    async fn what_does_not_answer_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let log = EmbeddedLog::open(folder.path(), EmbeddedOptions::default()).unwrap();
        let db = Db::in_memory().await.unwrap();
        let projector = Projector::new(db, log.clone(), Projections::all());
        let health = Health {
            log,
            queue: None,
            dead_letters: None,
            projector: Some(projector.clone()),
        };
        assert!(health.readiness().await.ready);
        projector.db().close().await;
        let readiness = health.readiness().await;
        assert!(!readiness.ready);
        assert_ne!(readiness.checks["database"], "ok");
        assert_eq!(readiness.checks["log"], "ok");
    }
}
