//! Looks at Linear now and then for issues that somebody cancelled there: for installations that Linear cannot call, and
//! for calls that were lost. The issue's id follows from its story's, so nothing is looked up but the open stories.
use crate::{
    Spawner,
    linear::{IssueTracker, issue_uuid},
    story::StoryCommand,
};
use errand_eventlog::{
    Filter, LogError, Page, StartAt,
    aggregate::{CommandMeta, ExecuteError},
};
use errand_proto::{Event, StoryEvent, from_rfc3339};
use futures::StreamExt;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Linear counts requests: one for so many stories, so often.
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
];
const BY: &str = "somebody (Linear)";
const REASON: &str = "The issue was cancelled in Linear";

/// Stories with an issue that have not ended.
type Open = HashSet<Uuid>;

/// Runs until `stop`.
pub async fn run(
    spawner: Spawner,
    tracker: Arc<dyn IssueTracker>,
    pause: Duration,
    stop: CancellationToken,
) {
    while !stop.is_cancelled() {
        let Some(ended) = stop
            .run_until_cancelled(follow(&spawner, tracker.as_ref(), pause))
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

async fn follow(
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
        let Ok(story) = Uuid::parse_str(recorded.subject.id()) else {
            continue;
        };
        match recorded.decode() {
            Ok(Event::Story(StoryEvent::LinearIssueLinked(_) | StoryEvent::StoryRetried(_))) => {
                open.insert(story);
            }
            Ok(_) => {
                open.remove(&story);
            }
            // The subscribers dead-letter it.
            Err(error) => tracing::debug!(seq = recorded.seq, %error, "not decodable"),
        }
    }
}

async fn look(spawner: &Spawner, tracker: &dyn IssueTracker, open: &Open) -> Result<(), LogError> {
    let stories: HashMap<Uuid, Uuid> = open.iter().map(|s| (issue_uuid(*s), *s)).collect();
    let issues: Vec<Uuid> = stories.keys().copied().collect();
    for asked in issues.chunks(MAX_ASKED) {
        let cancelled = match tracker.cancelled(asked).await {
            Ok(cancelled) => cancelled,
            Err(error) => {
                tracing::debug!(%error, "Linear was not asked for cancelled issues, later again");
                return Ok(());
            }
        };
        for cancelled in cancelled {
            let Some(story) = stories.get(&cancelled.issue) else {
                continue;
            };
            if let Some(cancelled_us) = from_rfc3339(&cancelled.at) {
                cancel(spawner, &story.to_string(), cancelled_us).await?;
            }
        }
    }
    Ok(())
}

async fn cancel(spawner: &Spawner, story: &str, cancelled_us: i64) -> Result<(), LogError> {
    let command = StoryCommand::FollowIssue {
        by: BY.to_owned(),
        reason: REASON.to_owned(),
        cancelled_us,
    };
    let meta = CommandMeta::root(Uuid::new_v4());
    match spawner.stories.execute(story, command, &meta).await {
        Ok(done) if done.is_news() => {
            tracing::info!(story, "cancelled, as its issue was in Linear");
            Ok(())
        }
        // It has ended meanwhile, or was retried since.
        Ok(_) | Err(ExecuteError::Refused(_)) => Ok(()),
        Err(ExecuteError::Log(error)) => Err(error),
    }
}
