//! Compares what is queued with what should be: every session that was queued and has not ended has a job.
//! It looks at state, not at hints, so there is one path for every way in which a job can get lost.
use errand_eventlog::{EventLog, Filter, Job, JobQueue, LogError, Page, Recorded, StartAt};
use errand_proto::{Event, SessionEvent, StoryEvent, v1};
use futures::StreamExt;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const COMPARE_EVERY: Duration = Duration::from_secs(15);
const REOPEN_DELAY: Duration = Duration::from_secs(1);
const LISTENS_TO: &[&str] = &[
    "errand.v1.ExecutionQueued",
    "errand.v1.ExecutionCompleted",
    "errand.v1.ExecutionFailed",
    "errand.v1.ExecutionCancelled",
];

/// Runs until `stop`.
pub async fn run(log: Arc<dyn EventLog>, queue: Arc<dyn JobQueue>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = follow(&log, queue.as_ref(), &stop).await {
            tracing::warn!(%error, "the reconciler lost the log, reading it again");
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(REOPEN_DELAY) => {}
            }
        }
    }
}

async fn follow(
    log: &Arc<dyn EventLog>,
    queue: &dyn JobQueue,
    stop: &CancellationToken,
) -> Result<(), LogError> {
    let mut open = HashMap::new();
    let head = log.head().await?.seq;
    let filter = Filter::types(LISTENS_TO);
    let mut pages = log.read(filter, StartAt::After(0), true).await?;
    let mut reached = 0;
    let mut tick = tokio::time::interval(COMPARE_EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            page = pages.next() => match page {
                Some(page) => reached = take_in(&mut open, page?),
                None => return Err(LogError::Unavailable("the stream of events ended".into())),
            },
            _ = tick.tick(), if reached >= head => {
                for job in open.values() {
                    queue.enqueue(Job::clone(job)).await?;
                }
            }
        }
    }
}

fn take_in(open: &mut HashMap<String, Job>, page: Page) -> u64 {
    for recorded in &page.events {
        apply(open, recorded);
    }
    page.through
}

fn apply(open: &mut HashMap<String, Job>, recorded: &Recorded) {
    match recorded.decode() {
        Ok(Event::Story(StoryEvent::ExecutionQueued(queued))) => {
            let (story, time_us) = (recorded.subject.id(), recorded.envelope.time_us);
            if let Ok(job) = job(story, &queued, time_us) {
                open.insert(queued.session_id, job);
            }
        }
        Ok(Event::Session(
            SessionEvent::ExecutionCompleted(_)
            | SessionEvent::ExecutionFailed(_)
            | SessionEvent::ExecutionCancelled(_),
        )) => {
            open.remove(recorded.subject.id());
        }
        Ok(_) => {}
        // The subscribers dead-letter it; there is no job to be read from it.
        Err(error) => tracing::debug!(seq = recorded.seq, %error, "not decodable"),
    }
}

/// The job of a queued execution.
///
/// # Errors
/// The session id is not a UUID.
pub fn job(story: &str, queued: &v1::ExecutionQueued, time_us: i64) -> Result<Job, LogError> {
    let session = &queued.session_id;
    Ok(Job {
        id: Uuid::parse_str(session)
            .map_err(|_| LogError::Corrupt(format!("the session id {session:?} is not a UUID")))?,
        story_id: story.to_owned(),
        project_id: queued.project_id.clone(),
        priority: priority(&queued.priority_level),
        enqueued_us: time_us,
    })
}

/// "P0" to "P3"; anything else waits with the last.
fn priority(level: &str) -> u8 {
    match level {
        "P0" => 0,
        "P1" => 1,
        "P2" => 2,
        _ => 3,
    }
}
