//! The rules: a pure function from state and command to at most one event, or a refusal.
use super::{
    MAX_STEERING, MAX_TRACE_ENTRIES, Progress, Session, SessionCommand as C, SessionRefusal, Stage,
    answering,
};
use errand_proto::{Json, SessionEvent, v1};

pub(super) type Decision = Result<Option<SessionEvent>, SessionRefusal>;

pub(super) fn decide(session: &Session, command: C) -> Decision {
    if let C::Create(facts) = command {
        return Ok((session.stage == Stage::Absent).then(|| (*facts).into()));
    }
    if session.stage == Stage::Absent {
        return Err(SessionRefusal::Absent);
    }
    match command {
        C::Create(_) => Ok(None),
        C::Start {
            executor_id,
            branch,
        } => start(session, executor_id, branch),
        C::ExpireLease {
            executor_id,
            handed_over,
        } => Ok(expire_lease(session, executor_id, handed_over)),
        C::Record { executor_id, what } => {
            owned_by(session, &executor_id)?;
            Ok(record(session, what))
        }
        C::Steer { text, by } => steer(session, text, by),
        C::Answer {
            question_id,
            answer,
            by,
        } => answering::answer(session, question_id, answer, by),
        C::Complete {
            executor_id,
            summary,
            usage,
            findings,
        } => end(session, &executor_id, |s| {
            v1::ExecutionCompleted {
                pr_url: s.pr_url.clone(),
                summary,
                usage: Some(usage),
                story_id: story_id(s),
                findings,
            }
            .into()
        }),
        C::Fail {
            executor_id,
            outcome,
            reason,
            usage,
            branch_url,
        } => end(session, &executor_id, |s| {
            v1::ExecutionFailed {
                outcome,
                reason,
                branch: kept_branch(s),
                branch_url,
                usage: Some(usage),
                story_id: story_id(s),
            }
            .into()
        }),
        C::Cancel {
            executor_id,
            by,
            reason,
            branch_url,
        } => cancel(session, &executor_id, by, reason, branch_url),
    }
}

pub(super) fn story_id(session: &Session) -> String {
    session.facts.0.story_id.clone()
}

/// The branch, when it holds partial work.
fn kept_branch(session: &Session) -> String {
    if session.commit.is_empty() {
        String::new()
    } else {
        session.branch.clone()
    }
}

fn owned_by(session: &Session, executor: &str) -> Result<(), SessionRefusal> {
    match &session.stage {
        Stage::Running { executor_id } if executor_id == executor => Ok(()),
        Stage::Running { executor_id } => Err(SessionRefusal::OwnedBy(executor_id.clone())),
        stage if stage.is_ended() => Err(SessionRefusal::Ended(stage.clone())),
        _ => Err(SessionRefusal::NotRunning),
    }
}

fn start(session: &Session, executor_id: String, branch: String) -> Decision {
    match &session.stage {
        Stage::Queued => Ok(Some(
            v1::ExecutionStarted {
                executor_id,
                branch,
                story_id: story_id(session),
            }
            .into(),
        )),
        Stage::Running { executor_id: owner } if *owner == executor_id => Ok(None),
        Stage::Running { executor_id: owner } => Err(SessionRefusal::OwnedBy(owner.clone())),
        stage => Err(SessionRefusal::Ended(stage.clone())),
    }
}

fn expire_lease(session: &Session, executor_id: String, handed_over: bool) -> Option<SessionEvent> {
    owned_by(session, &executor_id).ok()?;
    Some(
        v1::LeaseExpired {
            executor_id,
            story_id: story_id(session),
            handed_over,
        }
        .into(),
    )
}

fn record(session: &Session, what: Progress) -> Option<SessionEvent> {
    match what {
        Progress::Turn {
            thinking,
            action,
            prompt,
            timestamp_us,
        } => (session.turns < MAX_TRACE_ENTRIES).then(|| {
            let turn = v1::Turn {
                turn: session.turns + 1,
                thinking,
                action,
                prompt,
                timestamp_us,
            };
            v1::TurnRecorded { turn: Some(turn) }.into()
        }),
        Progress::Opened(opened) => Some(
            v1::AgentSessionOpened {
                story_id: story_id(session),
                ..opened
            }
            .into(),
        ),
        Progress::Question(question) => answering::ask(session, *question),
        Progress::Unanswered {
            question_id,
            answer,
            instead,
        } => answering::close(session, question_id, answer, instead),
        Progress::ToolCall(call) => (session.tool_calls < MAX_TRACE_ENTRIES).then(|| {
            v1::ToolCallRecorded {
                tool_call: Some(call),
            }
            .into()
        }),
        Progress::Plan(steps) => {
            let same = session.plan.iter().map(|Json(step)| step).eq(steps.iter());
            (!same).then(|| {
                v1::PlanUpdated {
                    steps,
                    story_id: story_id(session),
                }
                .into()
            })
        }
        Progress::Usage(usage) => (session.usage.0 != usage).then(|| {
            v1::UsageRecorded {
                usage: Some(usage),
                story_id: story_id(session),
            }
            .into()
        }),
        Progress::Changes(changes) => {
            let is_finished_now = session.is_partial && !changes.partial;
            (session.commit != changes.commit || is_finished_now).then(|| (*changes).into())
        }
        Progress::PullRequest { url, number } => (session.pr_url != url).then(|| {
            v1::PullRequestOpened {
                pr_url: url,
                number,
                branch: session.branch.clone(),
                story_id: story_id(session),
            }
            .into()
        }),
    }
}

fn steer(session: &Session, text: String, by: String) -> Decision {
    match &session.stage {
        Stage::Running { .. } if session.steering.len() >= MAX_STEERING => {
            Err(SessionRefusal::TooMuchSteering)
        }
        Stage::Running { .. } => Ok(Some(v1::SteeringReceived { text, by }.into())),
        stage if stage.is_ended() => Err(SessionRefusal::Ended(stage.clone())),
        _ => Err(SessionRefusal::NotStarted),
    }
}

/// An end that was recorded before yields nothing: the caller's second try is answered like the first.
fn end(
    session: &Session,
    executor_id: &str,
    event: impl FnOnce(&Session) -> SessionEvent,
) -> Decision {
    if session.stage.is_ended() {
        return Ok(None);
    }
    owned_by(session, executor_id)?;
    Ok(Some(event(session)))
}

fn cancel(
    session: &Session,
    executor_id: &str,
    by: String,
    reason: String,
    branch_url: String,
) -> Decision {
    match &session.stage {
        Stage::Running { executor_id: owner } if owner != executor_id => {
            Err(SessionRefusal::OwnedBy(owner.clone()))
        }
        stage if stage.is_ended() => Ok(None),
        _ => Ok(Some(
            v1::ExecutionCancelled {
                by,
                reason,
                story_id: story_id(session),
                branch: kept_branch(session),
                branch_url,
            }
            .into(),
        )),
    }
}
