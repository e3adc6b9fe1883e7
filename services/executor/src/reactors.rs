//! What the executor does about events. Adding a reactor is one file and one line here.
mod cancel_waiting;
mod enqueue_job;
mod open_session;

use crate::Executor;
use errand_eventlog::subscriber::Subscribers;
use std::sync::Arc;

/// Every subscriber of the executor.
pub fn subscribers(executor: &Executor) -> Subscribers {
    vec![
        Arc::new(open_session::OpenSession(executor.clone())),
        Arc::new(enqueue_job::EnqueueJob(Arc::clone(&executor.queue))),
        Arc::new(cancel_waiting::CancelWaiting(executor.clone())),
    ]
}
