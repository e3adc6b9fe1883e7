#![allow(
    clippy::needless_update,
    reason = "events grow by addition, and tests must go on compiling"
)]
use super::*;

const HOUR: i64 = 3_600_000_000;

fn at(seq: i64) -> At {
    At {
        seq,
        time: seq * HOUR,
    }
}

fn created(policy: &str) -> v1::StoryCreated {
    v1::StoryCreated {
        id: "s1".into(),
        workspace_id: "main".into(),
        run_id: "r1".into(),
        project_id: "web".into(),
        title: "Code Generation: build email capture".into(),
        rationale: "asked in the chat".into(),
        priority: "medium".into(),
        priority_level: "P1".into(),
        priority_score: 75,
        policy: policy.into(),
        advances_launch_stage: "beta".into(),
        conversation_id: "c1".into(),
        message_id: "m1".into(),
        session_id: "a1".into(),
        agent: "codegen".into(),
        agent_name: "Code Generation".into(),
        prompt: "build email capture".into(),
        tracker: "linear".into(),
        ..v1::StoryCreated::default()
    }
}

fn queued() -> StoryEvent {
    v1::ExecutionQueued {
        session_id: "a1".into(),
        attempt: 1,
        ..v1::ExecutionQueued::default()
    }
    .into()
}

fn started(session: &str) -> StoryEvent {
    v1::StoryStarted {
        session_id: session.into(),
        ..v1::StoryStarted::default()
    }
    .into()
}

fn failed() -> StoryEvent {
    v1::StoryFailed {
        session_id: "a1".into(),
        outcome: "no_changes".into(),
        reason: "The agent changed nothing.".into(),
        branch: "errand/s1".into(),
        ..v1::StoryFailed::default()
    }
    .into()
}

/// The row after these events, the first at sequence 1.
fn story(events: impl IntoIterator<Item = StoryEvent>) -> StoryRow {
    let mut row = StoryRow::new("s1");
    for (event, seq) in events.into_iter().zip(1..) {
        row.apply(at(seq), event);
    }
    row
}

#[test]
fn a_story_that_needs_approval_is_pending_until_a_person_approves_it() {
    let created = StoryEvent::from(created("needs_approval"));
    assert_eq!(story([created.clone()]).status, StoryStatus::Pending);
    let approved = v1::StoryApproved { by: "p".into() }.into();
    assert_eq!(story([created, approved]).status, StoryStatus::Approved);
}

#[test]
fn a_safe_story_is_approved_when_it_is_queued() {
    let row = story([created("auto_safe").into(), queued()]);
    assert_eq!(row.status, StoryStatus::Approved);
    assert_eq!(row.queued_at, Some(2 * HOUR));
}

#[test]
fn a_completed_story_shows_its_pull_request_and_its_times() {
    let completed = v1::StoryCompleted {
        session_id: "a1".into(),
        pr_url: "https://github.com/x/y/pull/1".into(),
        summary: "done".into(),
        ..v1::StoryCompleted::default()
    };
    let events = [
        created("auto_safe").into(),
        queued(),
        started("a1"),
        completed.into(),
    ];
    let row = story(events);
    assert_eq!(row.status, StoryStatus::Completed);
    assert_eq!(row.pr_url, "https://github.com/x/y/pull/1");
    let times = (row.created_at, row.queued_at, row.started_at, row.ended_at);
    assert_eq!(
        times,
        (HOUR, Some(2 * HOUR), Some(3 * HOUR), Some(4 * HOUR))
    );
}

#[test]
fn a_failed_story_says_why() {
    let row = story([
        created("auto_safe").into(),
        queued(),
        started("a1"),
        failed(),
    ]);
    assert_eq!(row.status, StoryStatus::Failed);
    assert_eq!(
        (row.outcome.as_str(), row.branch.as_str()),
        ("no_changes", "errand/s1")
    );
    assert_eq!(row.reason, "The agent changed nothing.");
}

#[test]
fn a_retried_story_is_waiting_again_with_a_new_session_and_a_clean_slate() {
    let retried = v1::StoryRetried {
        by: "p".into(),
        session_id: "a2".into(),
        attempt: 2,
        ..v1::StoryRetried::default()
    };
    let row = story([
        created("auto_safe").into(),
        queued(),
        started("a1"),
        failed(),
        retried.into(),
    ]);
    assert_eq!(row.status, StoryStatus::Approved);
    assert_eq!((row.session_id.as_str(), row.attempt), ("a2", 2));
    assert_eq!((row.outcome.as_str(), row.reason.as_str()), ("", ""));
    assert_eq!((row.started_at, row.ended_at), (None, None));
}

#[test]
fn a_refused_story_is_cancelled_and_says_by_what_reason() {
    let rejected = v1::StoryRejected {
        by: "p".into(),
        reason: "too risky".into(),
        ..v1::StoryRejected::default()
    };
    let row = story([created("needs_approval").into(), rejected.into()]);
    assert_eq!(row.status, StoryStatus::Cancelled);
    assert_eq!(
        (row.outcome.as_str(), row.reason.as_str()),
        ("rejected", "too risky")
    );
}

#[test]
fn a_story_shows_that_it_is_being_cancelled_until_it_has_ended() {
    let requested = StoryEvent::from(v1::StoryCancelRequested::default());
    let cancelled = StoryEvent::from(v1::StoryCancelled::default());
    let events = [
        created("auto_safe").into(),
        queued(),
        started("a1"),
        requested,
    ];
    let stopping = story(events.clone());
    assert!(stopping.cancel_requested && stopping.status == StoryStatus::InProgress);
    let stopped = story(events.into_iter().chain([cancelled]));
    assert!(!stopped.cancel_requested && stopped.status == StoryStatus::Cancelled);
}

#[test]
fn a_late_link_replaces_the_reason_why_there_was_none() {
    let failed = StoryEvent::from(v1::LinearIssueLinkFailed {
        reason: "429".into(),
        attempt: 1,
        ..v1::LinearIssueLinkFailed::default()
    });
    let without = story([created("auto_safe").into(), failed.clone()]);
    assert_eq!(
        (
            without.linear_issue_url.as_str(),
            without.linear_error.as_str()
        ),
        ("", "429")
    );
    let linked = v1::LinearIssueLinked {
        linear_task_id: "u".into(),
        identifier: "ERR-1".into(),
        linear_issue_url: "https://linear.app/x".into(),
        ..v1::LinearIssueLinked::default()
    };
    let with = story([created("auto_safe").into(), failed, linked.into()]);
    assert_eq!(
        (with.linear_identifier.as_str(), with.linear_error.as_str()),
        ("ERR-1", "")
    );
}

#[test]
fn an_event_applied_twice_changes_nothing() {
    let mut row = story([
        created("auto_safe").into(),
        queued(),
        started("a1"),
        failed(),
    ]);
    let once = row.clone();
    for (event, seq) in [queued(), started("a1"), failed()].into_iter().zip(2..) {
        row.apply(at(seq), event);
    }
    assert_eq!(row, once);
}

#[test]
fn a_story_in_json_has_the_names_of_the_users_own_record() {
    let json = serde_json::to_value(story([created("auto_safe").into()])).unwrap();
    for name in [
        "id",
        "workspaceId",
        "runId",
        "projectId",
        "title",
        "rationale",
        "priority",
        "priorityLevel",
        "priorityScore",
        "policy",
        "status",
        "linearTaskId",
        "linearIssueUrl",
        "prUrl",
        "advancesLaunchStage",
        "conversationId",
        "messageId",
    ] {
        assert!(json.get(name).is_some(), "{name} is missing in {json}");
    }
    assert_eq!(json["status"], "pending");
    assert_eq!(json["prUrl"], serde_json::Value::Null);
    assert_eq!(json["createdAt"], "1970-01-01T01:00:00.000000Z");
}
