use super::*;
use cqrs_es::test::TestFramework;

type Spec = TestFramework<Session>;

fn created() -> SessionEvent {
    v1::AgentSessionCreated {
        id: "a1".into(),
        story_id: "s1".into(),
        first_turn: Some(v1::Turn {
            turn: 1,
            ..Default::default()
        }),
        ..Default::default()
    }
    .into()
}

fn started(executor: &str) -> SessionEvent {
    v1::ExecutionStarted {
        executor_id: executor.into(),
        branch: "errand/s1".into(),
        story_id: "s1".into(),
    }
    .into()
}

fn start(executor: &str) -> SessionCommand {
    SessionCommand::Start {
        executor_id: executor.into(),
        branch: "errand/s1".into(),
    }
}

fn think(executor: &str) -> SessionCommand {
    SessionCommand::Record {
        executor_id: executor.into(),
        what: Progress::Turn {
            thinking: "hm".into(),
            action: "think".into(),
            prompt: String::new(),
            timestamp_us: 7,
        },
    }
}

fn expired(executor: &str) -> SessionEvent {
    v1::LeaseExpired {
        executor_id: executor.into(),
        story_id: "s1".into(),
        handed_over: false,
    }
    .into()
}

#[test]
fn a_queued_session_is_claimed_by_one_executor() {
    Spec::with(())
        .given(vec![created()])
        .when(start("x"))
        .then_expect_events(vec![started("x")]);
    Spec::with(())
        .given(vec![created(), started("x")])
        .when(start("y"))
        .then_expect_error(SessionRefusal::OwnedBy("x".into()));
}

#[test]
fn turns_are_counted_from_the_spawn() {
    let turn = v1::Turn {
        turn: 2,
        thinking: "hm".into(),
        action: "think".into(),
        prompt: String::new(),
        timestamp_us: 7,
    };
    Spec::with(())
        .given(vec![created(), started("x")])
        .when(think("x"))
        .then_expect_events(vec![v1::TurnRecorded { turn: Some(turn) }.into()]);
}

#[test]
fn a_late_writer_is_refused_after_its_lease_expired() {
    Spec::with(())
        .given(vec![created(), started("x"), expired("x"), started("y")])
        .when(think("x"))
        .then_expect_error(SessionRefusal::OwnedBy("y".into()));
}

#[test]
fn an_expired_lease_frees_the_session_once() {
    let expire = || SessionCommand::ExpireLease {
        executor_id: "x".into(),
        handed_over: false,
    };
    Spec::with(())
        .given(vec![created(), started("x")])
        .when(expire())
        .then_expect_events(vec![expired("x")]);
    Spec::with(())
        .given(vec![created(), started("x"), expired("x")])
        .when(expire())
        .then_expect_events(vec![]);
}

#[test]
fn the_same_plan_again_changes_nothing() {
    let steps = vec![v1::PlanStep {
        content: "Look".into(),
        status: 1,
    }];
    let plan = SessionCommand::Record {
        executor_id: "x".into(),
        what: Progress::Plan(steps.clone()),
    };
    let updated: SessionEvent = v1::PlanUpdated {
        steps,
        story_id: "s1".into(),
    }
    .into();
    Spec::with(())
        .given(vec![created(), started("x")])
        .when(plan.clone())
        .then_expect_events(vec![updated.clone()]);
    Spec::with(())
        .given(vec![created(), started("x"), updated])
        .when(plan)
        .then_expect_events(vec![]);
}

#[test]
fn a_session_ends_once() {
    let completed: SessionEvent = v1::ExecutionCompleted {
        story_id: "s1".into(),
        ..Default::default()
    }
    .into();
    Spec::with(())
        .given(vec![created(), started("x"), completed])
        .when(SessionCommand::Fail {
            executor_id: "x".into(),
            outcome: "crashed".into(),
            reason: String::new(),
            usage: v1::Usage::default(),
            branch_url: String::new(),
        })
        .then_expect_events(vec![]);
}

#[test]
fn a_running_session_is_cancelled_by_its_own_executor_only() {
    let cancel = |executor: &str| SessionCommand::Cancel {
        executor_id: executor.into(),
        by: "ann".into(),
        reason: "no".into(),
    };
    let cancelled: SessionEvent = v1::ExecutionCancelled {
        by: "ann".into(),
        reason: "no".into(),
        story_id: "s1".into(),
    }
    .into();
    Spec::with(())
        .given(vec![created(), started("x")])
        .when(cancel(""))
        .then_expect_error(SessionRefusal::OwnedBy("x".into()));
    Spec::with(())
        .given(vec![created(), started("x")])
        .when(cancel("x"))
        .then_expect_events(vec![cancelled.clone()]);
    Spec::with(())
        .given(vec![created()])
        .when(cancel(""))
        .then_expect_events(vec![cancelled]);
}
