//! A new story gets its Linear issue.
use crate::{
    Spawner, issue_text, journey,
    linear::{IssueRef, IssueTracker, NewIssue, TrackerError, issue_uuid},
    story::{IssueLink, Story, StoryCommand},
};
use async_trait::async_trait;
use errand_eventlog::subscriber::{Failure, Incoming, Limits, Reactor};
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;
use uuid::Uuid;

/// The chat must answer within a second of the tool call; this much of it Linear may have.
const LINK_BUDGET: Duration = Duration::from_millis(700);
/// Linear is asked for so many issues at once.
const ASKED_AT_ONCE: usize = 64;
/// Far more than Linear is asked for: who waits behind a Linear that hangs is told in time too.
const MAX_IN_FLIGHT: usize = 2_000;

pub struct LinkIssue {
    spawner: Spawner,
    tracker: Arc<dyn IssueTracker>,
    turns: Semaphore,
}

impl LinkIssue {
    pub fn new(spawner: &Spawner, tracker: &Arc<dyn IssueTracker>) -> Self {
        Self {
            spawner: spawner.clone(),
            tracker: Arc::clone(tracker),
            turns: Semaphore::new(ASKED_AT_ONCE),
        }
    }

    /// Waits for Linear; when the budget is spent, tells the story that the link is late and waits on.
    async fn create(&self, event: &Incoming, issue: &NewIssue) -> Result<IssueRef, Failure> {
        let create = async {
            let _turn = self.turns.acquire().await;
            self.tracker.create_issue(issue).await
        };
        tokio::pin!(create);
        let result = tokio::select! {
            result = &mut create => result,
            () = tokio::time::sleep(event.left_of(LINK_BUDGET)) => {
                self.record_failure(event, "Linear has not answered yet").await?;
                create.await
            }
        };
        match result {
            Ok(issue) => Ok(issue),
            Err(error) => {
                self.record_failure(event, &error.to_string()).await?;
                Err(failure(error))
            }
        }
    }

    async fn record_failure(&self, event: &Incoming, reason: &str) -> Result<(), Failure> {
        let command = StoryCommand::RecordLinkFailure {
            reason: reason.to_owned(),
            attempt: event.attempt,
        };
        let meta = event.causes("link-failed");
        let stories = &self.spawner.stories;
        stories.execute(event.id(), command, &meta).await?;
        Ok(())
    }
}

#[async_trait]
impl Reactor for LinkIssue {
    fn name(&self) -> &'static str {
        "spawner-link-issue"
    }

    fn listens_to(&self) -> &'static [&'static str] {
        &["errand.v1.StoryCreated"]
    }

    /// Linear may be away for hours; the link still follows.
    fn limits(&self) -> Limits {
        Limits {
            max_in_flight: MAX_IN_FLIGHT,
            max_attempts: 300,
            ..Limits::default()
        }
    }

    async fn handle(&self, event: &Incoming) -> Result<(), Failure> {
        let story = self.spawner.stories.load(event.id()).await?.aggregate;
        if story.link.is_some() {
            return Ok(());
        }
        let issue = new_issue(event.id(), &story)?;
        let made = self.create(event, &issue).await?;
        let (identifier, session) = (made.identifier.clone(), &story.session_id);
        let link = IssueLink {
            id: made.id.to_string(),
            identifier: made.identifier,
            url: made.url,
        };
        let meta = event.causes("link-issue");
        let command = StoryCommand::LinkIssue(link);
        let linked = self
            .spawner
            .stories
            .execute(event.id(), command, &meta)
            .await?;
        if linked.is_news() {
            let conversation = &story.facts.0.conversation_id;
            tracing::info!(
                story = event.id(),
                session,
                conversation,
                issue = identifier,
                "Linear issue linked"
            );
            journey::linked(&self.spawner, event, &story).await;
        }
        Ok(())
    }
}

fn new_issue(story_id: &str, story: &Story) -> Result<NewIssue, Failure> {
    let id = Uuid::parse_str(story_id)
        .map_err(|_| Failure::Hopeless(format!("the story id {story_id:?} is not a UUID")))?;
    Ok(NewIssue {
        id: issue_uuid(id),
        title: story.facts.0.title.clone(),
        description_markdown: issue_text::description(story, &[], ""),
        priority: issue_text::priority(&story.facts.0.priority_level),
        parent: None,
    })
}

/// The id of an issue that the log knows as a text.
pub(super) fn issue_id(id: &str) -> Result<Uuid, Failure> {
    let hopeless = |_| Failure::Hopeless(format!("the issue id {id:?} is not a UUID"));
    Uuid::parse_str(id).map_err(hopeless)
}

pub(super) fn failure(error: TrackerError) -> Failure {
    match error {
        TrackerError::RateLimited { retry_after } => Failure::RetryAfter {
            reason: error.to_string(),
            after: retry_after,
        },
        error if error.is_transient() => Failure::Retry(error.to_string()),
        error => Failure::Hopeless(error.to_string()),
    }
}
