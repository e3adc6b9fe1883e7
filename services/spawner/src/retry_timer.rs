//! Begins retries when their time has come. What is due follows from the log alone, so a restart forgets none; every
//! spawner keeps time, and the story takes the first.
use crate::{Spawner, story::StoryCommand};
use errand_eventlog::{
    Filter, LogError, Recorded, StartAt,
    aggregate::{ExecuteError, now_us},
    subscriber::Incoming,
};
use errand_proto::{Event, StoryEvent, session_id};
use futures::StreamExt;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Pause before the log is read again after it failed.
const REOPEN_DELAY: Duration = Duration::from_secs(1);
const LISTENS_TO: &[&str] = &[
    "errand.v1.StoryRetryScheduled",
    "errand.v1.StoryRetried",
    "errand.v1.StoryCancelled",
];

/// A retry that has not begun, and the event that scheduled it.
struct Due {
    due_us: i64,
    scheduled: Arc<Recorded>,
}

/// By story.
type Open = HashMap<String, Due>;

/// Runs until `stop`.
pub async fn run(spawner: Spawner, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let Some(ended) = stop.run_until_cancelled(follow(&spawner)).await else {
            return;
        };
        if let Err(error) = ended {
            tracing::warn!(%error, "the timer of retries lost the log, reading it again");
            stop.run_until_cancelled(tokio::time::sleep(REOPEN_DELAY))
                .await;
        }
    }
}

async fn follow(spawner: &Spawner) -> Result<(), LogError> {
    let mut open = Open::new();
    let head = spawner.log.head().await?.seq;
    let filter = Filter::types(LISTENS_TO);
    let mut pages = spawner.log.read(filter, StartAt::After(0), true).await?;
    let mut reached = 0;
    loop {
        tokio::select! {
            page = pages.next() => {
                let page = page.ok_or_else(|| LogError::Unavailable("the stream of events ended".into()))??;
                for recorded in page.events {
                    take_in(&mut open, recorded);
                }
                reached = page.through;
            }
            // Before the end of the log is reached, a retry may be known and its ending not yet.
            story = next_due(&open), if reached >= head => {
                if let Some(due) = open.get(&story) {
                    begin(spawner, &story, due).await?;
                }
                open.remove(&story);
            }
        }
    }
}

fn take_in(open: &mut Open, recorded: Arc<Recorded>) {
    let story = recorded.subject.id().to_owned();
    match recorded.decode() {
        Ok(Event::Story(StoryEvent::StoryRetryScheduled(event))) => {
            let due = Due {
                due_us: event.due_us,
                scheduled: recorded,
            };
            open.insert(story, due);
        }
        Ok(_) => {
            open.remove(&story);
        }
        // The subscribers dead-letter it; there is no time to be read from it.
        Err(error) => tracing::debug!(seq = recorded.seq, %error, "not decodable"),
    }
}

/// Waits for the next retry to be due and answers its story; for ever when there is none.
async fn next_due(open: &Open) -> String {
    let next = open.iter().min_by_key(|(_, due)| due.due_us);
    let Some((story, due)) = next else {
        return std::future::pending().await;
    };
    let left_us = u64::try_from(due.due_us - now_us()).unwrap_or(0);
    tokio::time::sleep(Duration::from_micros(left_us)).await;
    story.clone()
}

async fn begin(spawner: &Spawner, id: &str, due: &Due) -> Result<(), LogError> {
    let story = spawner.stories.load(id).await?.aggregate;
    let Ok(seed) = Uuid::parse_str(id) else {
        tracing::error!(
            story = id,
            "the story's id is not a UUID: it cannot be retried"
        );
        return Ok(());
    };
    let command = StoryCommand::RetryDue {
        failed_session: story.session_id,
        session_id: session_id(seed, story.attempt + 1).to_string(),
    };
    let Ok(scheduled) = Incoming::new(Arc::clone(&due.scheduled), 1) else {
        return Ok(());
    };
    match spawner
        .stories
        .execute(id, command, &scheduled.causes("retry-due"))
        .await
    {
        Ok(done) => {
            if done.is_news() {
                tracing::info!(story = id, attempt = story.attempt + 1, "tried again");
            }
            Ok(())
        }
        Err(ExecuteError::Refused(refusal)) => {
            tracing::warn!(story = id, %refusal, "it is not tried again");
            Ok(())
        }
        Err(ExecuteError::Log(error)) => Err(error),
    }
}
