//! Looks at Linear now and then for issues that somebody cancelled there: for installations that Linear cannot call, and
//! for calls that were lost. An issue's id follows from its story's or batch's, so nothing is looked up but the open ones.
use crate::{
    Spawner,
    follow_issue::{follow_batch_issue, follow_issue},
    linear::{Cancelled, IssueTracker, batch_issue_uuid, issue_uuid},
};
use errand_eventlog::{Filter, LogError, Page, StartAt};
use errand_proto::{BatchEvent, Event, StoryEvent};
use futures::StreamExt;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Linear counts requests: one for so many issues, so often.
pub const USUAL_PAUSE: Duration = Duration::from_secs(60);
const MAX_ASKED: usize = 200;
const REOPEN_DELAY: Duration = Duration::from_secs(1);
const LISTENS_TO: &[&str] = &[
    "errand.v1.LinearIssueLinked",
    "errand.v1.StoryRetried",
    "errand.v1.StoryCompleted",
    "errand.v1.StoryFailed",
    "errand.v1.StoryCancelled",
    "errand.v1.StoryRejected",
    "errand.v1.BatchIssueLinked",
    "errand.v1.BatchConsolidated",
];

/// Whose issue it is.
#[derive(Clone, Copy)]
enum Owner {
    Story(Uuid),
    Batch(Uuid),
}

/// Issues of what has not ended, by the issue's id.
type Open = HashMap<Uuid, Owner>;

/// Runs until `stop`.
pub async fn run(
    spawner: Spawner,
    tracker: Arc<dyn IssueTracker>,
    pause: Duration,
    stop: CancellationToken,
) {
    while !stop.is_cancelled() {
        let Some(ended) = stop
            .run_until_cancelled(watch(&spawner, tracker.as_ref(), pause))
            .await
        else {
            return;
        };
        if let Err(error) = ended {
            tracing::warn!(%error, "the look at cancelled issues lost the log, reading it again");
            stop.run_until_cancelled(tokio::time::sleep(REOPEN_DELAY))
                .await;
        }
    }
}

async fn watch(
    spawner: &Spawner,
    tracker: &dyn IssueTracker,
    pause: Duration,
) -> Result<(), LogError> {
    let mut open = Open::new();
    let filter = Filter::types(LISTENS_TO);
    let mut pages = spawner.log.read(filter, StartAt::After(0), true).await?;
    let mut tick = tokio::time::interval(pause);
    tick.reset();
    loop {
        tokio::select! {
            page = pages.next() => match page {
                Some(page) => take_in(&mut open, &page?),
                None => return Err(LogError::Unavailable("the stream of events ended".into())),
            },
            _ = tick.tick() => look(spawner, tracker, &open).await?,
        }
    }
}

fn take_in(open: &mut Open, page: &Page) {
    for recorded in &page.events {
        let Ok(id) = Uuid::parse_str(recorded.subject.id()) else {
            continue;
        };
        match recorded.decode() {
            Ok(Event::Story(StoryEvent::LinearIssueLinked(_) | StoryEvent::StoryRetried(_))) => {
                open.insert(issue_uuid(id), Owner::Story(id));
            }
            Ok(Event::Batch(BatchEvent::BatchIssueLinked(_))) => {
                open.insert(batch_issue_uuid(id), Owner::Batch(id));
            }
            Ok(Event::Batch(_)) => {
                open.remove(&batch_issue_uuid(id));
            }
            Ok(_) => {
                open.remove(&issue_uuid(id));
            }
            // The subscribers dead-letter it.
            Err(error) => tracing::debug!(seq = recorded.seq, %error, "not decodable"),
        }
    }
}

async fn look(spawner: &Spawner, tracker: &dyn IssueTracker, open: &Open) -> Result<(), LogError> {
    let issues: Vec<Uuid> = open.keys().copied().collect();
    for asked in issues.chunks(MAX_ASKED) {
        let cancelled = match tracker.cancelled(asked).await {
            Ok(cancelled) => cancelled,
            Err(error) => {
                tracing::debug!(%error, "Linear was not asked for cancelled issues, later again");
                return Ok(());
            }
        };
        for cancelled in cancelled {
            follow(spawner, open.get(&cancelled.issue), &cancelled).await?;
        }
    }
    Ok(())
}

async fn follow(
    spawner: &Spawner,
    owner: Option<&Owner>,
    cancelled: &Cancelled,
) -> Result<(), LogError> {
    match owner {
        Some(Owner::Story(id)) => follow_issue(spawner, &id.to_string(), cancelled)
            .await
            .map(drop),
        Some(Owner::Batch(id)) => follow_batch_issue(spawner, &id.to_string(), cancelled).await,
        None => Ok(()),
    }
}
