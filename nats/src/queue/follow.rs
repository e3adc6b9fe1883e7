//! Keeps the view up to date.
use super::revision::{Revision, Turns};
use crate::{
    follow::{Cursor, Followed},
    limits::QUEUE_VIEW_TIMEOUT,
    shared::{Shared, pause, unavailable},
    topology::Stream,
};
use errand_eventlog::{LogError, Seq, port::Result};
use std::{collections::HashMap, sync::Arc, time::Instant};
use tokio::sync::watch;
use uuid::Uuid;

impl Shared {
    /// Begins to follow at the first call, and waits until the view is complete.
    pub(super) async fn queue_ready(self: &Arc<Self>) -> Result<()> {
        let start = || async {
            let (ready, readiness) = watch::channel(false);
            tokio::spawn(
                self.stop
                    .clone()
                    .run_until_cancelled_owned(follow(self.clone(), ready)),
            );
            readiness
        };
        let mut readiness = self.queue.following.get_or_init(start).await.clone();
        let ready = tokio::time::timeout(QUEUE_VIEW_TIMEOUT, readiness.wait_for(|ready| *ready));
        match ready.await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err(LogError::Unavailable("the job queue was closed".into())),
            Err(_) => Err(unavailable(format!(
                "the job queue cannot be seen after {QUEUE_VIEW_TIMEOUT:?}"
            ))),
        }
    }
}

/// Runs until it is dropped.
async fn follow(shared: Arc<Shared>, ready: watch::Sender<bool>) {
    let mut failures = 0;
    loop {
        if let Err(error) = follow_once(&shared, &ready, &mut failures).await {
            tracing::debug!(%error, "following the job queue begins again");
        }
        failures = (failures + 1).min(16);
        tokio::time::sleep(pause(failures)).await;
    }
}

/// From the beginning each time: a mark that was missed while nobody followed may be gone by now.
async fn follow_once(
    shared: &Arc<Shared>,
    ready: &watch::Sender<bool>,
    failures: &mut u32,
) -> Result<()> {
    let stream = shared.stream(Stream::Jobs).await?;
    let through = stream
        .get_info()
        .await
        .map_err(unavailable)?
        .state
        .last_sequence;
    let mut cursor = Cursor::open(shared, Stream::Jobs, 0).await?;
    let mut present = Some(HashMap::new());
    if cursor.pending == 0 {
        complete(shared, ready, &mut present, through);
    }
    loop {
        let followed = cursor.next().await?;
        *failures = 0;
        let (seq, pending) = (followed.seq, followed.pending);
        take(shared, followed, present.as_mut());
        if pending == 0 || seq >= through {
            complete(shared, ready, &mut present, through.max(seq));
        }
        if present.is_none() {
            shared.queue.view().followed(seq);
        }
        shared.queue.changed.notify_waiters();
    }
}

fn complete(
    shared: &Shared,
    ready: &watch::Sender<bool>,
    present: &mut Option<HashMap<Uuid, Seq>>,
    through: Seq,
) {
    if let Some(present) = present.take() {
        shared.queue.view().rebuilt(&present, through);
        ready.send_replace(true);
        shared.queue.changed.notify_waiters();
    }
}

fn take(shared: &Shared, followed: Followed, present: Option<&mut HashMap<Uuid, Seq>>) {
    let payload = &followed.message.payload;
    let mut view = shared.queue.view();
    if followed.message.subject.as_str() == shared.subjects.turns() {
        match serde_json::from_slice::<Turns>(payload) {
            Ok(turns) => view.apply_turns(turns, followed.seq),
            Err(error) => tracing::warn!(%error, "the queue's turns are unreadable"),
        }
        return;
    }
    match serde_json::from_slice::<Revision>(payload) {
        Ok(revision) => {
            if let Some(present) = present {
                present.insert(revision.id, followed.seq);
            }
            view.apply(revision, followed.seq, Instant::now());
        }
        Err(error) => tracing::warn!(%error, seq = followed.seq, "a job is unreadable"),
    }
}
