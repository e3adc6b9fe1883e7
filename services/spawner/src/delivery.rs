//! The delivery policy: pure; an event in, at most one command to one story out.
use crate::story::{Failure, Retries, Stopped, StoryCommand};
use errand_proto::{Event, SessionEvent, StoryEvent};

/// The events that the policy looks at.
pub const LISTENS_TO: &[&str] = &[
    "errand.v1.StoryCreated",
    "errand.v1.LinearIssueLinked",
    "errand.v1.LinearIssueLinkFailed",
    "errand.v1.StoryApproved",
    "errand.v1.StoryRetried",
    "errand.v1.ExecutionStarted",
    "errand.v1.ExecutionCompleted",
    "errand.v1.ExecutionFailed",
    "errand.v1.ExecutionCancelled",
];

/// A command to the story with this id.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub story_id: String,
    pub command: StoryCommand,
}

/// `id` is the aggregate that the event belongs to, `time_us` when it happened.
pub fn next_step(id: &str, event: &Event, time_us: i64, retries: &Retries) -> Option<Step> {
    let (story_id, command) = match event {
        Event::Story(event) => (id.to_owned(), after_story_event(event)?),
        Event::Session(SessionEvent::ExecutionFailed(event)) => {
            let failure = Failure {
                session_id: id.to_owned(),
                outcome: event.outcome.clone(),
                reason: event.reason.clone(),
                branch: event.branch.clone(),
                branch_url: event.branch_url.clone(),
                time_us,
                retries: retries.clone(),
            };
            (event.story_id.clone(), StoryCommand::Fail(failure))
        }
        Event::Session(event) => after_session_event(id, event)?,
        _ => return None,
    };
    Some(Step { story_id, command })
}

/// Whenever something it may have waited for has happened, the story is asked whether it can be queued.
fn after_story_event(event: &StoryEvent) -> Option<StoryCommand> {
    matches!(
        event,
        StoryEvent::StoryCreated(_)
            | StoryEvent::LinearIssueLinked(_)
            | StoryEvent::LinearIssueLinkFailed(_)
            | StoryEvent::StoryApproved(_)
            | StoryEvent::StoryRetried(_)
    )
    .then_some(StoryCommand::Queue)
}

/// The story follows the session of its present attempt.
fn after_session_event(session_id: &str, event: &SessionEvent) -> Option<(String, StoryCommand)> {
    let session_id = session_id.to_owned();
    Some(match event {
        SessionEvent::ExecutionStarted(e) => {
            (e.story_id.clone(), StoryCommand::Start { session_id })
        }
        SessionEvent::ExecutionCompleted(e) => (
            e.story_id.clone(),
            StoryCommand::Complete {
                session_id,
                pr_url: e.pr_url.clone(),
                summary: e.summary.clone(),
                findings: e.findings.clone(),
            },
        ),
        SessionEvent::ExecutionCancelled(e) => (
            e.story_id.clone(),
            StoryCommand::Cancel(Stopped {
                session_id,
                by: e.by.clone(),
                reason: e.reason.clone(),
                branch: e.branch.clone(),
                branch_url: e.branch_url.clone(),
            }),
        ),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use errand_proto::v1;

    fn step(id: &str, event: &Event) -> Option<Step> {
        next_step(id, event, 0, &Retries::default())
    }

    #[test]
    fn a_linked_story_is_asked_to_queue() {
        let event = Event::Story(v1::LinearIssueLinked::default().into());
        let step = step("s1", &event);
        let expected = Step {
            story_id: "s1".into(),
            command: StoryCommand::Queue,
        };
        assert_eq!(step, Some(expected));
    }

    #[test]
    fn a_completed_session_completes_its_story() {
        let event = v1::ExecutionCompleted {
            pr_url: "https://github.com/o/r/pull/1".into(),
            story_id: "s1".into(),
            ..Default::default()
        };
        let step = step("a1", &Event::Session(event.into())).unwrap();
        assert_eq!(step.story_id, "s1");
        assert_eq!(
            step.command,
            StoryCommand::Complete {
                session_id: "a1".into(),
                pr_url: "https://github.com/o/r/pull/1".into(),
                summary: String::new(),
                findings: None,
            }
        );
    }

    #[test]
    fn a_plan_moves_no_story() {
        let event = Event::Session(v1::PlanUpdated::default().into());
        assert_eq!(step("a1", &event), None);
    }
}
