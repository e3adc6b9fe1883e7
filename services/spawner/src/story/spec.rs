use super::*;
use cqrs_es::test::TestFramework;

type Spec = TestFramework<Story>;

fn facts(policy: &str, tracker: &str) -> v1::StoryCreated {
    v1::StoryCreated {
        id: "s1".into(),
        policy: policy.into(),
        tracker: tracker.into(),
        session_id: "a1".into(),
        project_id: "web".into(),
        agent: "codegen".into(),
        priority_level: "P1".into(),
        ..Default::default()
    }
}

fn created(policy: &str, tracker: &str) -> StoryEvent {
    facts(policy, tracker).into()
}

fn queued() -> StoryEvent {
    v1::ExecutionQueued {
        session_id: "a1".into(),
        project_id: "web".into(),
        agent: "codegen".into(),
        priority_level: "P1".into(),
        attempt: 1,
    }
    .into()
}

fn failed() -> StoryEvent {
    v1::StoryFailed {
        session_id: "a1".into(),
        ..Default::default()
    }
    .into()
}

fn link() -> IssueLink {
    IssueLink {
        id: "u".into(),
        identifier: "ERR-1".into(),
        url: "https://linear.app/x".into(),
    }
}

fn linked() -> StoryEvent {
    v1::LinearIssueLinked {
        linear_task_id: "u".into(),
        identifier: "ERR-1".into(),
        linear_issue_url: "https://linear.app/x".into(),
        story: Some(v1::StoryRef {
            story_id: "s1".into(),
            project_id: "web".into(),
            agent: "codegen".into(),
            linear_issue_url: "https://linear.app/x".into(),
            ..Default::default()
        }),
    }
    .into()
}

#[test]
fn creating_a_story_twice_records_it_once() {
    let create = || StoryCommand::Create(Box::new(facts(AUTO_SAFE, "")));
    Spec::with(())
        .given_no_previous_events()
        .when(create())
        .then_expect_events(vec![created(AUTO_SAFE, "")]);
    Spec::with(())
        .given(vec![created(AUTO_SAFE, "")])
        .when(create())
        .then_expect_events(vec![]);
}

#[test]
fn an_issue_is_linked_once() {
    Spec::with(())
        .given(vec![created(AUTO_SAFE, "linear")])
        .when(StoryCommand::LinkIssue(link()))
        .then_expect_events(vec![linked()]);
    Spec::with(())
        .given(vec![created(AUTO_SAFE, "linear"), linked()])
        .when(StoryCommand::LinkIssue(link()))
        .then_expect_events(vec![]);
}

#[test]
fn a_story_without_a_tracker_is_queued_at_once() {
    Spec::with(())
        .given(vec![created(AUTO_SAFE, "")])
        .when(StoryCommand::Queue)
        .then_expect_events(vec![queued()]);
}

#[test]
fn a_story_with_a_tracker_is_queued_after_its_link() {
    Spec::with(())
        .given(vec![created(AUTO_SAFE, "linear")])
        .when(StoryCommand::Queue)
        .then_expect_events(vec![]);
    Spec::with(())
        .given(vec![created(AUTO_SAFE, "linear"), linked()])
        .when(StoryCommand::Queue)
        .then_expect_events(vec![queued()]);
}

#[test]
fn a_late_link_holds_nothing_up() {
    let late = v1::LinearIssueLinkFailed::default().into();
    Spec::with(())
        .given(vec![created(AUTO_SAFE, "linear"), late])
        .when(StoryCommand::Queue)
        .then_expect_events(vec![queued()]);
}

#[test]
fn a_story_that_needs_approval_waits_for_it() {
    let approved: StoryEvent = v1::StoryApproved { by: "ann".into() }.into();
    Spec::with(())
        .given(vec![created(NEEDS_APPROVAL, "")])
        .when(StoryCommand::Queue)
        .then_expect_events(vec![]);
    Spec::with(())
        .given(vec![created(NEEDS_APPROVAL, "")])
        .when(StoryCommand::Approve { by: "ann".into() })
        .then_expect_events(vec![approved.clone()]);
    Spec::with(())
        .given(vec![created(NEEDS_APPROVAL, ""), approved])
        .when(StoryCommand::Queue)
        .then_expect_events(vec![queued()]);
}

#[test]
fn a_session_of_an_earlier_attempt_decides_nothing() {
    let retried = v1::StoryRetried {
        by: "ann".into(),
        session_id: "a2".into(),
        attempt: 2,
        automatic: false,
        time_us: 7,
    };
    Spec::with(())
        .given(vec![
            created(AUTO_SAFE, ""),
            queued(),
            failed(),
            retried.into(),
        ])
        .when(StoryCommand::Complete {
            session_id: "a1".into(),
            pr_url: String::new(),
            summary: String::new(),
            findings: None,
        })
        .then_expect_events(vec![]);
}

#[test]
fn a_completed_story_cannot_be_cancelled_or_retried() {
    let completed: StoryEvent = v1::StoryCompleted {
        session_id: "a1".into(),
        ..Default::default()
    }
    .into();
    let given = vec![created(AUTO_SAFE, ""), queued(), completed];
    Spec::with(())
        .given(given.clone())
        .when(StoryCommand::RequestCancel {
            by: "ann".into(),
            reason: String::new(),
        })
        .then_expect_error(StoryRefusal::Ended(Stage::Completed));
    Spec::with(())
        .given(given)
        .when(StoryCommand::Retry {
            by: "ann".into(),
            session_id: "a2".into(),
            time_us: 7,
        })
        .then_expect_error(StoryRefusal::NotRetryable(Stage::Completed));
}

#[test]
fn a_failed_story_is_retried_in_a_new_session() {
    let retried: StoryEvent = v1::StoryRetried {
        by: "ann".into(),
        session_id: "a2".into(),
        attempt: 2,
        automatic: false,
        time_us: 7,
    }
    .into();
    Spec::with(())
        .given(vec![created(AUTO_SAFE, ""), queued(), failed()])
        .when(StoryCommand::Retry {
            by: "ann".into(),
            session_id: "a2".into(),
            time_us: 7,
        })
        .then_expect_events(vec![retried]);
}

#[test]
fn an_unknown_story_says_so() {
    Spec::with(())
        .given_no_previous_events()
        .when(StoryCommand::Queue)
        .then_expect_error(StoryRefusal::Absent);
}

const SECOND_US: i64 = 1_000_000;

fn reference() -> v1::StoryRef {
    v1::StoryRef {
        story_id: "s1".into(),
        project_id: "web".into(),
        agent: "codegen".into(),
        ..Default::default()
    }
}

fn failure(outcome: &str) -> Failure {
    Failure {
        session_id: "a1".into(),
        outcome: outcome.into(),
        reason: "it said so".into(),
        branch: String::new(),
        branch_url: String::new(),
        time_us: 1_000 * SECOND_US,
        retries: Retries::default(),
    }
}

fn retry_scheduled(retry: u32, due_us: i64) -> StoryEvent {
    v1::StoryRetryScheduled {
        session_id: "a1".into(),
        outcome: "forge_down".into(),
        reason: "it said so".into(),
        retry,
        retries: 2,
        due_us,
        story: Some(reference()),
        ..Default::default()
    }
    .into()
}

fn retried(by: &str, automatic: bool) -> StoryEvent {
    v1::StoryRetried {
        by: by.into(),
        session_id: "a2".into(),
        attempt: 2,
        automatic,
        time_us: if automatic { 0 } else { 7 },
    }
    .into()
}

fn given_failed_once() -> Vec<StoryEvent> {
    let scheduled = retry_scheduled(1, 1_060 * SECOND_US);
    vec![created(AUTO_SAFE, ""), queued(), scheduled]
}

#[test]
fn what_may_pass_is_scheduled_again_after_a_pause() {
    Spec::with(())
        .given(vec![created(AUTO_SAFE, ""), queued()])
        .when(StoryCommand::Fail(failure("forge_down")))
        .then_expect_events(vec![retry_scheduled(1, 1_060 * SECOND_US)]);
}

#[test]
fn what_does_not_pass_fails_for_good() {
    let spec = Spec::with(())
        .given(vec![created(AUTO_SAFE, ""), queued()])
        .when(StoryCommand::Fail(failure("checks_failed")));
    let events = spec.inspect_result().unwrap();
    assert!(
        matches!(events[..], [StoryEvent::StoryFailed(_)]),
        "{events:?}"
    );
}

#[test]
fn the_last_retry_fails_for_good() {
    let twice = v1::StoryRetryScheduled {
        retry: 2,
        ..Default::default()
    };
    let again = v1::StoryRetried {
        session_id: "a1".into(),
        attempt: 3,
        automatic: true,
        ..Default::default()
    };
    let given = vec![
        created(AUTO_SAFE, ""),
        queued(),
        twice.into(),
        again.into(),
        queued(),
    ];
    let spec = Spec::with(())
        .given(given)
        .when(StoryCommand::Fail(failure("forge_down")));
    let events = spec.inspect_result().unwrap();
    assert!(
        matches!(events[..], [StoryEvent::StoryFailed(_)]),
        "{events:?}"
    );
}

#[test]
fn a_failure_told_twice_schedules_one_retry() {
    Spec::with(())
        .given(given_failed_once())
        .when(StoryCommand::Fail(failure("forge_down")))
        .then_expect_events(vec![]);
}

#[test]
fn a_retry_begins_at_its_time_and_once() {
    let due = || StoryCommand::RetryDue {
        failed_session: "a1".into(),
        session_id: "a2".into(),
    };
    Spec::with(())
        .given(given_failed_once())
        .when(due())
        .then_expect_events(vec![retried("errand", true)]);
    let mut given = given_failed_once();
    given.push(retried("errand", true));
    Spec::with(())
        .given(given)
        .when(due())
        .then_expect_events(vec![]);
}

#[test]
fn a_scheduled_retry_can_be_cancelled_and_does_not_begin_then() {
    let cancelled = v1::StoryCancelled {
        by: "ann".into(),
        session_id: "a1".into(),
        story: Some(reference()),
        ..Default::default()
    };
    Spec::with(())
        .given(given_failed_once())
        .when(StoryCommand::RequestCancel {
            by: "ann".into(),
            reason: String::new(),
        })
        .then_expect_events(vec![cancelled.clone().into()]);
    let mut given = given_failed_once();
    given.push(cancelled.into());
    Spec::with(())
        .given(given)
        .when(StoryCommand::RetryDue {
            failed_session: "a1".into(),
            session_id: "a2".into(),
        })
        .then_expect_events(vec![]);
}

#[test]
fn a_person_need_not_wait_for_a_scheduled_retry() {
    Spec::with(())
        .given(given_failed_once())
        .when(StoryCommand::Retry {
            by: "ann".into(),
            session_id: "a2".into(),
            time_us: 7,
        })
        .then_expect_events(vec![retried("ann", false)]);
}

/// A story that was retried at second 100 after it had failed.
fn given_retried() -> Vec<StoryEvent> {
    let retried = v1::StoryRetried {
        by: "ann".into(),
        session_id: "a2".into(),
        attempt: 2,
        automatic: false,
        time_us: 100 * SECOND_US,
    };
    let queued = v1::ExecutionQueued {
        session_id: "a2".into(),
        ..Default::default()
    };
    vec![
        created(AUTO_SAFE, ""),
        failed(),
        retried.into(),
        queued.into(),
    ]
}

fn follow_issue(cancelled_us: i64) -> StoryCommand {
    StoryCommand::FollowIssue {
        by: "ann".into(),
        reason: "cancelled in Linear".into(),
        cancelled_us,
    }
}

#[test]
fn what_linear_tells_late_of_the_time_before_a_retry_does_not_stop_it() {
    // The last came there from here, by a request that was under way when the story was retried.
    for second in [10, 100, 110] {
        Spec::with(())
            .given(given_retried())
            .when(follow_issue(second * SECOND_US))
            .then_expect_events(vec![]);
    }
}

#[test]
fn an_issue_that_is_cancelled_after_the_retry_stops_it() {
    let requested = v1::StoryCancelRequested {
        by: "ann".into(),
        reason: "cancelled in Linear".into(),
        session_id: "a2".into(),
        story: Some(reference()),
    };
    Spec::with(())
        .given(given_retried())
        .when(follow_issue(116 * SECOND_US))
        .then_expect_events(vec![requested.into()]);
}

#[test]
fn a_stopped_story_says_where_its_partial_work_is() {
    let stopped = Stopped {
        session_id: "a1".into(),
        by: "ann".into(),
        reason: String::new(),
        branch: "errand/s1".into(),
        branch_url: "https://github.com/o/r/tree/errand/s1".into(),
    };
    let cancelled = v1::StoryCancelled {
        by: "ann".into(),
        session_id: "a1".into(),
        story: Some(reference()),
        branch: "errand/s1".into(),
        branch_url: "https://github.com/o/r/tree/errand/s1".into(),
        ..Default::default()
    };
    Spec::with(())
        .given(vec![created(AUTO_SAFE, ""), queued()])
        .when(StoryCommand::Cancel(stopped))
        .then_expect_events(vec![cancelled.into()]);
}
