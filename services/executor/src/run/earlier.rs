//! What an earlier attempt at the story left finished: then a retry is about the forge, and the agent is not asked again.
use crate::{Executor, session::Session};
use errand_eventlog::LogError;
use errand_proto::{AggregateKind, Event, Outcome, StoryEvent, Subject};

/// The commit of an attempt whose work was done and only did not get to the forge; empty when the agent has to work.
///
/// # Errors
/// The log failed.
pub async fn finished_work(executor: &Executor, session: &Session) -> Result<String, LogError> {
    let facts = &session.facts.0;
    if facts.attempt <= 1 {
        return Ok(String::new());
    }
    let story = Subject::new(
        &executor.workspace_id,
        AggregateKind::Story,
        &facts.story_id,
    );
    let story = story.map_err(|e| LogError::Rejected(e.to_string()))?;
    let mut finished = String::new();
    for recorded in executor.log.load(&story, 0).await? {
        let (attempt, outcome) = match recorded.decode() {
            Ok(Event::Story(StoryEvent::StoryRetryScheduled(e))) => (e.session_id, e.outcome),
            Ok(Event::Story(StoryEvent::StoryFailed(e))) => (e.session_id, e.outcome),
            _ => continue,
        };
        if !Outcome::find(&outcome).is_some_and(may_follow_work) {
            finished.clear();
            continue;
        }
        let attempt = executor.sessions.load(&attempt).await?.aggregate;
        // An attempt that came to nothing before its work began leaves what was finished before it.
        if attempt.is_partial {
            finished.clear();
        } else if !attempt.commit.is_empty() {
            finished = attempt.commit;
        }
    }
    Ok(finished)
}

/// What a run with finished work can still fail of; with any other outcome the work was not done, or not good.
const fn may_follow_work(outcome: Outcome) -> bool {
    use Outcome as O;
    matches!(
        outcome,
        O::ForgeDown
            | O::ForgeRefused
            | O::PushRefused
            | O::BranchMoved
            | O::BranchProtected
            | O::PullRequestRefused
            | O::Conflict
            | O::GitLimit
            | O::ExecutorLost
    )
}
