//! The Linear issue shows what the story shows: state, checklist, pull request, ending.
//!
//! The whole present is sent each time, so order and repeats do not matter, and what was sent last is remembered, so that
//! a burst of events costs one call. The state is sent only when it is another, for people move issues too.
use super::link_issue::{failure, issue_id};
use crate::{
    Spawner,
    follow_issue::follow_issue,
    issue_text,
    linear::{IssueChange, IssueTracker, idempotency_uuid},
    session_progress::SessionProgress,
    story::{Stage, Story},
};
use async_trait::async_trait;
use errand_eventlog::subscriber::{Failure, Incoming, Limits, Reactor};
use errand_proto::{Event, SessionEvent};
use lru::LruCache;
use std::{num::NonZeroUsize, sync::Arc, time::Duration};
use tokio::sync::Mutex;
use uuid::Uuid;

/// Stories whose last sent text is remembered; a forgotten one costs one needless call.
const REMEMBERED_STORIES: NonZeroUsize = NonZeroUsize::new(4096).unwrap();
/// A plan changes in bursts; Linear counts calls. What changes within this time costs one call.
const PLAN_PAUSE: Duration = Duration::from_secs(1);
/// Calls to Linear at once. Stories are spread over them, and one story is never in two.
const LANES: usize = 8;

/// What an issue shows of its story.
#[derive(Clone, PartialEq)]
struct Shown {
    /// A stage is passed once in an attempt: who sent the same one last was overtaken by nobody.
    stage: (u32, Stage),
    description: String,
    pr_url: String,
}

pub struct MirrorIssue {
    spawner: Spawner,
    tracker: Arc<dyn IssueTracker>,
    lanes: Vec<Mutex<LruCache<String, Shown>>>,
}

impl MirrorIssue {
    pub fn new(spawner: &Spawner, tracker: &Arc<dyn IssueTracker>) -> Self {
        let lane = |_| Mutex::new(LruCache::new(REMEMBERED_STORIES));
        Self {
            spawner: spawner.clone(),
            tracker: Arc::clone(tracker),
            lanes: (0..LANES).map(lane).collect(),
        }
    }

    async fn mirror(&self, story_id: &str) -> Result<(), Failure> {
        let lane = story_id.bytes().map(usize::from).sum::<usize>() % LANES;
        let mut shown = self.lanes[lane].lock().await;
        let story = self.spawner.stories.load(story_id).await?.aggregate;
        let Some(link) = &story.link else {
            return Ok(());
        };
        let progress = SessionProgress::load(&self.spawner, &story.session_id).await?;
        if is_as_created(&story, &progress) {
            return Ok(());
        }
        let wanted = Shown {
            stage: (story.attempt, story.stage),
            description: issue_text::description(&story, &progress.plan, &progress.pr_url),
            pr_url: progress.pr_url,
        };
        let last = shown.get(story_id);
        if last == Some(&wanted) {
            return Ok(());
        }
        let issue = issue_id(&link.id)?;
        let is_other_stage = last.is_none_or(|last| last.stage != wanted.stage);
        if is_other_stage && self.is_given_up(story_id, &story, issue).await? {
            // What becomes of the story is told when it has ended.
            return Ok(());
        }
        let change = IssueChange {
            description: Some(wanted.description.clone()),
            state: is_other_stage.then(|| issue_text::state(story.stage)),
            parent: None,
        };
        let update = self.tracker.update_issue(issue, &change);
        update.await.map_err(failure)?;
        let is_linked = last.is_some_and(|last| last.pr_url == wanted.pr_url);
        if !is_linked {
            self.link(issue, &wanted.pr_url).await?;
        }
        shown.put(story_id.to_owned(), wanted);
        Ok(())
    }

    /// A state that is sent undoes what a person chose in Linear meanwhile, so it is looked at first.
    async fn is_given_up(
        &self,
        story_id: &str,
        story: &Story,
        issue: Uuid,
    ) -> Result<bool, Failure> {
        if story.stage.is_ended() {
            return Ok(false);
        }
        if story.cancel_requested {
            return Ok(true);
        }
        let cancelled = self.tracker.cancelled(&[issue]).await.map_err(failure)?;
        match cancelled.first() {
            Some(cancelled) => Ok(follow_issue(&self.spawner, story_id, cancelled).await?),
            None => Ok(false),
        }
    }

    async fn link(&self, issue: Uuid, pr_url: &str) -> Result<(), Failure> {
        if pr_url.is_empty() {
            return Ok(());
        }
        let key = idempotency_uuid(issue, pr_url);
        let link = self.tracker.link_url(issue, key, pr_url, "Pull request");
        link.await.map_err(failure)
    }
}

/// The issue was created with all there is to say so far; a call per spawn is saved.
fn is_as_created(story: &Story, progress: &SessionProgress) -> bool {
    let waiting = matches!(story.stage, Stage::Approved | Stage::Queued);
    waiting && story.attempt == 1 && *progress == SessionProgress::default()
}

#[async_trait]
impl Reactor for MirrorIssue {
    fn name(&self) -> &'static str {
        "spawner-mirror-issue"
    }

    fn listens_to(&self) -> &'static [&'static str] {
        &[
            "errand.v1.LinearIssueLinked",
            "errand.v1.StoryApproved",
            "errand.v1.StoryRejected",
            "errand.v1.StoryStarted",
            "errand.v1.StoryCompleted",
            "errand.v1.StoryFailed",
            "errand.v1.StoryRetryScheduled",
            "errand.v1.StoryCancelled",
            "errand.v1.StoryRetried",
            "errand.v1.PlanUpdated",
            "errand.v1.PullRequestOpened",
        ]
    }

    fn limits(&self) -> Limits {
        Limits {
            max_attempts: 100,
            ..Limits::default()
        }
    }

    async fn handle(&self, event: &Incoming) -> Result<(), Failure> {
        let story_id = match &event.event {
            Event::Session(SessionEvent::PlanUpdated(e)) => {
                // Whoever catches up with old plans is not held back.
                tokio::time::sleep(event.left_of(PLAN_PAUSE)).await;
                &e.story_id
            }
            Event::Session(SessionEvent::PullRequestOpened(e)) => &e.story_id,
            _ => event.id(),
        };
        self.mirror(story_id).await
    }
}
