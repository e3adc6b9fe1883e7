//! The job queue: one message per job, whose last revision counts, and one that puts all claims in order.
//!
//! A claim is an atomic batch of the job's next revision and the next turn, each guarded. So two claims can never be
//! decided on the same view: a project's cap holds over all processes, and a job has one holder. A lease runs out
//! when a revision has not changed for its time *as seen by the one who takes over*, so clocks need not agree.
//!
//! # Layout
//! - [`revision`]: a job and the turns as they are stored.
//! - [`view`]: all jobs as this process sees them; no clock, no network.
//! - [`follow`]: keeps the view up to date.
//! - [`store`]: guarded writes of one job.
//! - [`port`], [`claim`]: the queue as callers see it, and a job in the hands of a worker.
mod claim;
mod follow;
mod port;
mod revision;
mod store;
mod view;

use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, OnceCell, watch};
use view::View;

#[derive(Debug, Default)]
pub(crate) struct Queue {
    view: Mutex<View>,
    /// Some job may be claimable that was not before.
    changed: Notify,
    /// Set by the first caller; tells when the view is complete.
    following: OnceCell<watch::Receiver<bool>>,
}

impl Queue {
    fn view(&self) -> MutexGuard<'_, View> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
