//! What the executor does about events. Adding a reactor is one file and one line here.
mod cancel_waiting;
mod enqueue_job;
mod open_session;

use crate::{Executor, session::Session};
use errand_eventlog::{EventLog, JobQueue, aggregate::Aggregates, subscriber::Subscribers};
use std::sync::Arc;

/// Every subscriber of the executor.
pub fn subscribers(executor: &Executor) -> Subscribers {
    let queue = Arc::clone(&executor.queue);
    without_workers(&executor.log, &executor.sessions, queue)
}

/// The subscribers need no runner and no workspace: stories can be taken in where none are run.
pub fn without_workers(
    log: &Arc<dyn EventLog>,
    sessions: &Aggregates<Session>,
    queue: Arc<dyn JobQueue>,
) -> Subscribers {
    vec![
        Arc::new(open_session::OpenSession {
            log: Arc::clone(log),
            sessions: sessions.clone(),
        }),
        Arc::new(enqueue_job::EnqueueJob(Arc::clone(&queue))),
        Arc::new(cancel_waiting::CancelWaiting {
            sessions: sessions.clone(),
            queue,
        }),
    ]
}
