use super::{
    error::{LogError, Result},
    pause::Pause,
};
use async_trait::async_trait;
use serde::Serialize;
use std::time::Duration;
use uuid::Uuid;

/// The priority that waits longest; 0 is the first.
const LAST_PRIORITY: u8 = 3;

/// A pointer to work: the queue carries no more than this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Job {
    /// The session to run; also the idempotency key of the job.
    pub id: Uuid,
    pub story_id: String,
    pub project_id: String,
    /// 0 (first) to 3.
    pub priority: u8,
    /// Microseconds since the Unix epoch.
    pub enqueued_us: i64,
}

impl Job {
    /// Whether an adapter whose texts hold `max_text_bytes` can keep it.
    ///
    /// # Errors
    /// The limit that it is beyond.
    pub fn check(&self, max_text_bytes: usize) -> Result<()> {
        if self.priority > LAST_PRIORITY {
            return Err(LogError::Rejected(format!(
                "priority {} of job {} is not one of 0 to {LAST_PRIORITY}",
                self.priority, self.id
            )));
        }
        for (name, text) in [
            ("story_id", &self.story_id),
            ("project_id", &self.project_id),
        ] {
            if text.len() > max_text_bytes {
                return Err(LogError::Rejected(format!(
                    "{name} of job {} has {} bytes, the limit is {max_text_bytes}",
                    self.id,
                    text.len()
                )));
            }
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    Waiting,
    Claimed,
}

/// Why a job does not run now, for programs; people read [`QueuedJob::waiting_for`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It runs.
    Running,
    /// It is the next, as soon as a worker is free.
    Worker,
    /// Others come before it.
    Ahead,
    /// Its project runs as many sessions as it may.
    ProjectLimit,
    /// A person paused the queue or its project.
    Paused,
    /// It was given back, and its next attempt has a time.
    Delayed,
}

/// A job as people see it in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueuedJob {
    #[serde(flatten)]
    pub job: Job,
    pub state: JobState,
    /// 1 for the next to run; 0 while claimed.
    pub position: u32,
    pub reason: Reason,
    /// The reason in words, e.g. "2 ahead of it" or "the queue is paused by ann".
    pub waiting_for: String,
    pub deliveries: u32,
}

/// What a worker must respect when it claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLimits {
    /// Sessions running at once per project, over all workers.
    pub per_project: usize,
    /// A claim without a heartbeat for this long is given to another worker.
    pub lease: Duration,
    /// A job that waited this long is treated one priority higher, again and again, so that none starves.
    pub age_step: Duration,
}

/// A job handed to one worker.
#[async_trait]
pub trait Claim: Send + Sync {
    fn job(&self) -> &Job;
    /// 1 for the first delivery.
    fn delivery(&self) -> u32;
    /// Keeps the lease. [`super::LogError::Rejected`] means that it is lost: stop working.
    /// A transient error means that the queue cannot be reached: try again.
    async fn heartbeat(&self) -> Result<()>;
    /// The session ended; the job is gone. Rejected when the lease was lost before.
    async fn done(self: Box<Self>) -> Result<()>;
    /// Somebody else shall have it, not before `after` has passed.
    async fn release(self: Box<Self>, after: Duration) -> Result<()>;
}

/// The queue of sessions to run: P0 before P1 before P2 before P3, turns between projects, none starved.
/// A pause holds for every worker of every process, and until it is lifted.
#[async_trait]
pub trait JobQueue: Send + Sync + 'static {
    /// Idempotent by `job.id`, for as long as the job is in the queue.
    async fn enqueue(&self, job: Job) -> Result<()>;
    /// Waits until a job may run under `limits`.
    async fn claim(&self, worker: &str, limits: &QueueLimits) -> Result<Box<dyn Claim>>;
    /// Everything in the queue in the order in which it would run.
    async fn list(&self, limits: &QueueLimits) -> Result<Vec<QueuedJob>>;
    /// Takes a waiting job out; `false` when it is not there or claimed.
    async fn remove(&self, id: Uuid) -> Result<bool>;
    /// Once it is answered no job that it is about is handed out. `false` when it was paused before.
    async fn pause(&self, pause: Pause) -> Result<bool>;
    /// Lifts the pause of a project, or the one of the whole queue; `false` when there was none.
    async fn resume(&self, project_id: Option<&str>) -> Result<bool>;
    async fn pauses(&self) -> Result<Vec<Pause>>;
}
