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
        })
        .then_expect_error(StoryRefusal::NotRetryable(Stage::Completed));
}

#[test]
fn a_failed_story_is_retried_in_a_new_session() {
    let retried: StoryEvent = v1::StoryRetried {
        by: "ann".into(),
        session_id: "a2".into(),
        attempt: 2,
    }
    .into();
    Spec::with(())
        .given(vec![created(AUTO_SAFE, ""), queued(), failed()])
        .when(StoryCommand::Retry {
            by: "ann".into(),
            session_id: "a2".into(),
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
