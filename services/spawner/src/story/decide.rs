//! The rules: a pure function from state and command to at most one event, or a refusal.
//! A command that changes nothing yields nothing.
use super::{
    Failure, MIRROR_DELAY_US, NEEDS_APPROVAL, Stage, Stopped, Story, StoryCommand as C,
    StoryRefusal,
};
use errand_proto::{StoryEvent, v1};

/// Who retries when nobody asked for it.
const BY_ITSELF: &str = "errand";

type Decision = Result<Option<StoryEvent>, StoryRefusal>;

pub(super) fn decide(story: &Story, command: C) -> Decision {
    if let C::Create(facts) = command {
        return Ok((story.stage == Stage::Absent).then(|| (*facts).into()));
    }
    if story.stage == Stage::Absent {
        return Err(StoryRefusal::Absent);
    }
    match command {
        C::Create(_) => Ok(None),
        C::LinkIssue(link) => Ok(link_issue(story, link)),
        C::RecordLinkFailure { reason, attempt } => Ok(link_failure(story, reason, attempt)),
        C::Approve { by } => approve(story, by),
        C::Reject { by, reason } => reject(story, by, reason),
        C::Queue => Ok(queue(story)),
        C::RequestCancel { by, reason } => request_cancel(story, by, reason),
        C::FollowIssue {
            by,
            reason,
            cancelled_us,
        } => follow_issue(story, by, reason, cancelled_us),
        C::Retry {
            by,
            session_id,
            time_us,
        } => retry(story, by, session_id, time_us),
        C::RetryDue {
            failed_session,
            session_id,
        } => Ok(retry_due(story, &failed_session, session_id)),
        C::Start { session_id } => Ok(start(story, session_id)),
        C::Complete {
            session_id,
            pr_url,
            summary,
            findings,
        } => Ok(running(story, &session_id).then(|| {
            v1::StoryCompleted {
                session_id,
                pr_url,
                summary,
                story: Some(story.reference()),
                findings,
            }
            .into()
        })),
        C::Fail(failure) => Ok(running(story, &failure.session_id).then(|| fail(story, failure))),
        C::Cancel(stopped) => {
            Ok(running(story, &stopped.session_id).then(|| cancelled(story, stopped)))
        }
    }
}

/// Only the session of the present attempt decides about the story; a late one of an earlier attempt does not.
fn running(story: &Story, session_id: &str) -> bool {
    let has_ended = story.stage.is_ended() || story.stage == Stage::AwaitingRetry;
    !has_ended && story.session_id == session_id
}

/// What may pass is tried again, unless a person wants the story stopped.
fn fail(story: &Story, failure: Failure) -> StoryEvent {
    let limit = failure.retries.limit(&story.facts.0.agent);
    let pause = limit.pause(&failure.outcome, story.retries);
    match pause.filter(|_| !story.cancel_requested) {
        Some(pause) => v1::StoryRetryScheduled {
            session_id: failure.session_id,
            outcome: failure.outcome,
            reason: failure.reason,
            branch: failure.branch,
            branch_url: failure.branch_url,
            story: Some(story.reference()),
            retry: story.retries + 1,
            retries: limit.retries,
            due_us: failure.time_us + i64::try_from(pause.as_micros()).unwrap_or_default(),
        }
        .into(),
        None => v1::StoryFailed {
            session_id: failure.session_id,
            outcome: failure.outcome,
            reason: failure.reason,
            branch: failure.branch,
            branch_url: failure.branch_url,
            story: Some(story.reference()),
        }
        .into(),
    }
}

fn link_issue(story: &Story, link: super::IssueLink) -> Option<StoryEvent> {
    story.link.is_none().then(|| {
        let story = v1::StoryRef {
            linear_issue_url: link.url.clone(),
            ..story.reference()
        };
        v1::LinearIssueLinked {
            linear_task_id: link.id,
            identifier: link.identifier,
            linear_issue_url: link.url,
            story: Some(story),
        }
        .into()
    })
}

fn link_failure(story: &Story, reason: String, attempt: u32) -> Option<StoryEvent> {
    (story.link.is_none() && !story.link_failed).then(|| {
        v1::LinearIssueLinkFailed {
            reason,
            attempt,
            story: Some(story.reference()),
        }
        .into()
    })
}

fn approve(story: &Story, by: String) -> Decision {
    match story.stage {
        Stage::AwaitingApproval => Ok(Some(v1::StoryApproved { by }.into())),
        stage if stage.is_ended() => Err(StoryRefusal::NotAwaitingApproval(stage)),
        _ => Ok(None),
    }
}

fn reject(story: &Story, by: String, reason: String) -> Decision {
    match story.stage {
        Stage::AwaitingApproval => Ok(Some(
            v1::StoryRejected {
                by,
                reason,
                story: Some(story.reference()),
                session_id: story.session_id.clone(),
            }
            .into(),
        )),
        Stage::Cancelled => Ok(None),
        stage => Err(StoryRefusal::NotAwaitingApproval(stage)),
    }
}

/// A story with a tracker waits for its link, or for the news that the link is late: so the link comes
/// first where Linear answers, and nothing waits for Linear where it does not.
fn queue(story: &Story) -> Option<StoryEvent> {
    let facts = &story.facts.0;
    let link_settled = facts.tracker.is_empty() || story.link.is_some() || story.link_failed;
    (story.stage == Stage::Approved && link_settled).then(|| {
        v1::ExecutionQueued {
            session_id: story.session_id.clone(),
            project_id: facts.project_id.clone(),
            agent: facts.agent.clone(),
            priority_level: facts.priority_level.clone(),
            attempt: story.attempt,
        }
        .into()
    })
}

fn start(story: &Story, session_id: String) -> Option<StoryEvent> {
    (story.stage == Stage::Queued && story.session_id == session_id).then(|| {
        v1::StoryStarted {
            session_id,
            story: Some(story.reference()),
        }
        .into()
    })
}

/// A story that no executor may know of yet ends at once; otherwise its session has to be stopped first.
fn request_cancel(story: &Story, by: String, reason: String) -> Decision {
    match story.stage {
        Stage::Cancelled => Ok(None),
        stage if stage.is_ended() => Err(StoryRefusal::Ended(stage)),
        Stage::AwaitingApproval | Stage::Approved | Stage::AwaitingRetry => {
            let nothing_ran = Stopped {
                session_id: story.session_id.clone(),
                by,
                reason,
                branch: String::new(),
                branch_url: String::new(),
            };
            Ok(Some(cancelled(story, nothing_ran)))
        }
        _ if story.cancel_requested => Ok(None),
        _ => Ok(Some(
            v1::StoryCancelRequested {
                by,
                reason,
                story: Some(story.reference()),
                session_id: story.session_id.clone(),
            }
            .into(),
        )),
    }
}

/// Linear tells late of a cancellation, also of one that Errand itself brought there: what was cancelled before a person
/// retried the story is settled by the retry.
fn follow_issue(story: &Story, by: String, reason: String, cancelled_us: i64) -> Decision {
    if cancelled_us <= story.retried_us.saturating_add(MIRROR_DELAY_US) {
        return Ok(None);
    }
    request_cancel(story, by, reason)
}

fn cancelled(story: &Story, stopped: Stopped) -> StoryEvent {
    v1::StoryCancelled {
        by: stopped.by,
        reason: stopped.reason,
        story: Some(story.reference()),
        session_id: stopped.session_id,
        branch: stopped.branch,
        branch_url: stopped.branch_url,
    }
    .into()
}

fn retry(story: &Story, by: String, session_id: String, time_us: i64) -> Decision {
    if story.session_id == session_id {
        return Ok(None);
    }
    match story.stage {
        Stage::Failed | Stage::Cancelled | Stage::AwaitingRetry => {
            let retried = v1::StoryRetried {
                by,
                session_id,
                attempt: story.attempt + 1,
                automatic: false,
                time_us,
            };
            Ok(Some(retried.into()))
        }
        stage => Err(StoryRefusal::NotRetryable(stage)),
    }
}

fn retry_due(story: &Story, failed_session: &str, session_id: String) -> Option<StoryEvent> {
    let waits = story.stage == Stage::AwaitingRetry && story.session_id == failed_session;
    waits.then(|| {
        v1::StoryRetried {
            by: BY_ITSELF.to_owned(),
            session_id,
            attempt: story.attempt + 1,
            automatic: true,
            time_us: 0,
        }
        .into()
    })
}

pub(super) fn first_stage(facts: &v1::StoryCreated) -> Stage {
    if facts.policy == NEEDS_APPROVAL {
        Stage::AwaitingApproval
    } else {
        Stage::Approved
    }
}
