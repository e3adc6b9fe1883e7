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
        branch_url: String::new(),
    };
    let cancelled: SessionEvent = v1::ExecutionCancelled {
        by: "ann".into(),
        reason: "no".into(),
        story_id: "s1".into(),
        ..Default::default()
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

fn asked(id: &str) -> v1::InputRequested {
    v1::InputRequested {
        question_id: id.into(),
        text: "May I?".into(),
        story_id: "s1".into(),
        ..Default::default()
    }
}

fn ask(executor: &str, id: &str) -> SessionCommand {
    SessionCommand::Record {
        executor_id: executor.into(),
        what: Progress::Question(Box::new(asked(id))),
    }
}

fn answer(text: &str, by: &str) -> SessionCommand {
    SessionCommand::Answer {
        question_id: "q1".into(),
        answer: text.into(),
        by: by.into(),
    }
}

fn answered(text: &str, by: &str) -> v1::InputProvided {
    v1::InputProvided {
        question_id: "q1".into(),
        answer: text.into(),
        by: by.into(),
        ..Default::default()
    }
}

#[test]
fn the_first_answer_to_a_question_counts() {
    let open = vec![created(), started("x"), asked("q1").into()];
    Spec::with(())
        .given(open.clone())
        .when(answer("Allow", "ann"))
        .then_expect_events(vec![answered("Allow", "ann").into()]);
    let closed = [open, vec![answered("Allow", "ann").into()]].concat();
    Spec::with(())
        .given(closed.clone())
        .when(answer("Allow", "ann"))
        .then_expect_events(vec![]);
    Spec::with(())
        .given(closed)
        .when(answer("Reject", "bob"))
        .then_expect_error(SessionRefusal::Answered {
            by: "ann".into(),
            answer: "Allow".into(),
        });
}

#[test]
fn a_question_can_be_answered_while_nobody_runs_the_session() {
    let waiting = vec![created(), started("x"), asked("q1").into(), expired("x")];
    Spec::with(())
        .given(waiting.clone())
        .when(answer("Allow", "ann"))
        .then_expect_events(vec![answered("Allow", "ann").into()]);
    Spec::with(())
        .given([waiting, vec![started("y")]].concat())
        .when(ask("y", "q1"))
        .then_expect_events(vec![asked("q1").into()]);
}

#[test]
fn a_person_who_answered_wins_over_the_time_that_ran_out() {
    let timeout = |executor: &str| SessionCommand::Record {
        executor_id: executor.into(),
        what: Progress::Unanswered {
            question_id: "q1".into(),
            answer: "It was refused.".into(),
            instead: TIMEOUT,
        },
    };
    let open = vec![created(), started("x"), asked("q1").into()];
    Spec::with(())
        .given([open.clone(), vec![answered("Allow", "ann").into()]].concat())
        .when(timeout("x"))
        .then_expect_events(vec![]);
    let late = v1::InputProvided {
        instead: TIMEOUT.into(),
        ..answered("It was refused.", "")
    };
    Spec::with(())
        .given(open.clone())
        .when(timeout("x"))
        .then_expect_events(vec![late.clone().into()]);
    Spec::with(())
        .given([open, vec![late.into()]].concat())
        .when(answer("Allow", "ann"))
        .then_expect_error(SessionRefusal::Closed("It was refused.".into()));
}

#[test]
fn an_agent_that_has_not_begun_cannot_be_told_anything() {
    let steer = || SessionCommand::Steer {
        text: "faster".into(),
        by: "ann".into(),
    };
    Spec::with(())
        .given(vec![created()])
        .when(steer())
        .then_expect_error(SessionRefusal::NotStarted);
}

fn changes(commit: &str, partial: bool) -> v1::ChangesCommitted {
    v1::ChangesCommitted {
        branch: "errand/s1".into(),
        commit: commit.into(),
        partial,
        ..Default::default()
    }
}

#[test]
fn partial_work_is_told_from_finished_work_also_of_the_same_commit() {
    let record = |partial| SessionCommand::Record {
        executor_id: "x".into(),
        what: Progress::Changes(Box::new(changes("c1", partial))),
    };
    let partial: SessionEvent = changes("c1", true).into();
    let finished: SessionEvent = changes("c1", false).into();
    let begun = || vec![created(), started("x")];
    Spec::with(())
        .given([begun(), vec![partial.clone()]].concat())
        .when(record(true))
        .then_expect_events(vec![]);
    Spec::with(())
        .given([begun(), vec![partial]].concat())
        .when(record(false))
        .then_expect_events(vec![finished.clone()]);
    // It was finished, and stopped on its way to the forge.
    Spec::with(())
        .given([begun(), vec![finished]].concat())
        .when(record(true))
        .then_expect_events(vec![]);
}

#[test]
fn a_stopped_session_says_where_its_partial_work_is() {
    let url = "https://github.com/o/r/tree/errand/s1";
    let cancelled = v1::ExecutionCancelled {
        by: "ann".into(),
        story_id: "s1".into(),
        branch: "errand/s1".into(),
        branch_url: url.into(),
        ..Default::default()
    };
    Spec::with(())
        .given(vec![created(), started("x"), changes("c1", true).into()])
        .when(SessionCommand::Cancel {
            executor_id: "x".into(),
            by: "ann".into(),
            reason: String::new(),
            branch_url: url.into(),
        })
        .then_expect_events(vec![cancelled.into()]);
}

#[test]
fn what_was_used_is_recorded_as_totals_and_only_when_it_changed() {
    let usage = |tokens| v1::Usage {
        input_tokens: tokens,
        ..Default::default()
    };
    let recorded = |tokens| {
        SessionEvent::from(v1::UsageRecorded {
            usage: Some(usage(tokens)),
            story_id: "s1".into(),
        })
    };
    let record = |executor: &str, tokens| SessionCommand::Record {
        executor_id: executor.into(),
        what: Progress::Usage(usage(tokens)),
    };
    let begun = || vec![created(), started("x")];
    Spec::with(())
        .given(begun())
        .when(record("x", 0))
        .then_expect_events(vec![]);
    Spec::with(())
        .given([begun(), vec![recorded(7)]].concat())
        .when(record("x", 7))
        .then_expect_events(vec![]);
    // The next executor goes on from what the lost one recorded.
    Spec::with(())
        .given([begun(), vec![recorded(7), expired("x"), started("y")]].concat())
        .when(record("y", 9))
        .then_expect_events(vec![recorded(9)]);
    Spec::with(())
        .given([begun(), vec![recorded(7), expired("x"), started("y")]].concat())
        .when(record("x", 8))
        .then_expect_error(SessionRefusal::OwnedBy("y".into()));
}
