#![allow(
    clippy::needless_update,
    reason = "events grow by addition, and tests must go on compiling"
)]
use super::*;
use crate::parts::PlanStep;

fn at(seq: i64) -> At {
    At {
        seq,
        time: seq * 1_000_000,
    }
}

fn created() -> SessionEvent {
    v1::AgentSessionCreated {
        id: "a1".into(),
        story_id: "s1".into(),
        project_id: "web".into(),
        agent_name: "Code Generation".into(),
        agent_type: "specialist".into(),
        agent: "codegen".into(),
        attempt: 1,
        first_turn: Some(v1::Turn {
            turn: 1,
            thinking: "Spawned from chat by user request".into(),
            action: "spawn".into(),
            prompt: "build email capture".into(),
            timestamp_us: 5,
        }),
        ..v1::AgentSessionCreated::default()
    }
    .into()
}

fn started() -> SessionEvent {
    v1::ExecutionStarted {
        executor_id: "e1".into(),
        branch: "errand/s1".into(),
        ..v1::ExecutionStarted::default()
    }
    .into()
}

fn asked() -> SessionEvent {
    v1::InputRequested {
        question_id: "q1".into(),
        text: "Which provider?".into(),
        options: vec![v1::Action {
            id: "o1".into(),
            label: "The first".into(),
            sends: "The first.".into(),
        }],
        ..v1::InputRequested::default()
    }
    .into()
}

fn answered(question_id: &str) -> SessionEvent {
    v1::InputProvided {
        question_id: question_id.into(),
        answer: "The first.".into(),
        by: "p".into(),
        ..v1::InputProvided::default()
    }
    .into()
}

/// The row and its children after these events, the first at sequence 1.
fn session(events: impl IntoIterator<Item = SessionEvent>) -> (SessionRow, Children) {
    let mut row = SessionRow::new("a1");
    let mut children = Children::default();
    for (event, seq) in events.into_iter().zip(1..) {
        row.apply(at(seq), event, &mut children);
    }
    (row, children)
}

#[test]
fn turn_one_of_the_trace_is_the_spawn_itself() {
    let (row, children) = session([created()]);
    assert_eq!(row.status, SessionStatus::Queued);
    assert_eq!(row.turns, 1);
    let turn = &children.turns[0];
    assert_eq!(
        (turn.turn, turn.action.as_str(), turn.timestamp),
        (1, "spawn", 5)
    );
    assert_eq!(turn.thinking, "Spawned from chat by user request");
}

#[test]
fn a_question_makes_the_session_wait_and_its_answer_makes_it_run() {
    let (waiting, _) = session([created(), started(), asked()]);
    assert_eq!(waiting.status, SessionStatus::WaitingForInput);
    assert_eq!(
        (waiting.question.as_str(), waiting.question_options.len()),
        ("Which provider?", 1)
    );
    let (running, children) = session([created(), started(), asked(), answered("q1")]);
    assert_eq!(running.status, SessionStatus::Running);
    assert_eq!(
        (running.question.as_str(), running.question_options.len()),
        ("", 0)
    );
    let kinds: Vec<_> = children.inputs.iter().map(|i| i.kind).collect();
    assert_eq!(kinds, [InputKind::Question, InputKind::Answer]);
}

#[test]
fn an_answer_to_an_older_question_leaves_the_open_one_open() {
    let (row, _) = session([created(), started(), asked(), answered("q0")]);
    assert_eq!(row.status, SessionStatus::WaitingForInput);
}

#[test]
fn a_session_whose_executor_is_gone_is_queued_again() {
    let lost = v1::LeaseExpired {
        executor_id: "e1".into(),
        ..v1::LeaseExpired::default()
    };
    let (row, _) = session([created(), started(), asked(), lost.into()]);
    assert_eq!(row.status, SessionStatus::Queued);
    assert_eq!((row.executor_id.as_str(), row.question.as_str()), ("", ""));
    assert_eq!(row.started_at, Some(2_000_000));
}

#[test]
fn the_checklist_is_the_last_plan() {
    let step = |content: &str, status: v1::PlanStepStatus| v1::PlanStep {
        content: content.into(),
        status: status.into(),
    };
    let plan = |steps: Vec<v1::PlanStep>| {
        SessionEvent::from(v1::PlanUpdated {
            steps,
            ..v1::PlanUpdated::default()
        })
    };
    let first = plan(vec![step("look", v1::PlanStepStatus::InProgress)]);
    let last = plan(vec![
        step("look", v1::PlanStepStatus::Completed),
        step("write", v1::PlanStepStatus::Unspecified),
    ]);
    let (row, _) = session([created(), first, last]);
    let part = |content: &str, status: &str| PlanStep {
        content: content.into(),
        status: status.into(),
    };
    assert_eq!(
        row.plan.0,
        [part("look", "completed"), part("write", "pending")]
    );
    assert_eq!(row.progress(), (1, 2));
}

#[test]
fn a_failed_session_keeps_the_branch_of_its_partial_work_and_says_why() {
    let failed = v1::ExecutionFailed {
        outcome: "stalled".into(),
        reason: "Silent for 10 minutes.".into(),
        usage: Some(v1::Usage {
            input_tokens: 7,
            ..v1::Usage::default()
        }),
        ..v1::ExecutionFailed::default()
    };
    let (row, _) = session([created(), started(), failed.into()]);
    assert_eq!(row.status, SessionStatus::Failed);
    assert_eq!(
        (row.branch.as_str(), row.outcome.as_str()),
        ("errand/s1", "stalled")
    );
    assert_eq!((row.usage.input_tokens, row.ended_at), (7, Some(3_000_000)));
}

#[test]
fn a_completed_session_keeps_the_pull_request_that_it_opened() {
    let opened = v1::PullRequestOpened {
        pr_url: "https://github.com/x/y/pull/4".into(),
        number: 4,
        branch: "errand/s1".into(),
        ..v1::PullRequestOpened::default()
    };
    let completed = v1::ExecutionCompleted::default();
    let (row, _) = session([created(), started(), opened.into(), completed.into()]);
    assert_eq!(row.status, SessionStatus::Completed);
    assert_eq!(
        (row.pr_url.as_str(), row.pr_number),
        ("https://github.com/x/y/pull/4", 4)
    );
}

#[test]
fn only_the_last_commit_is_kept_and_a_huge_diff_is_cut_and_says_so() {
    let commit = |sha: &str, diff: String| {
        SessionEvent::from(v1::ChangesCommitted {
            commit: sha.into(),
            diff,
            ..v1::ChangesCommitted::default()
        })
    };
    let huge = "ä".repeat(MAX_DIFF_BYTES);
    let (_, children) = session([created(), commit("1", "small".into()), commit("2", huge)]);
    let changes = &children.changes[&1];
    assert_eq!(
        (children.changes.len(), changes.commit_sha.as_str()),
        (1, "2")
    );
    assert!(changes.diff_truncated && changes.diff.len() <= MAX_DIFF_BYTES);
}

#[test]
fn an_event_applied_twice_changes_nothing() {
    let events = [created(), started(), asked(), answered("q1")];
    let (mut row, mut children) = session(events.clone());
    let (once, turns, inputs) = (row.clone(), children.turns.len(), children.inputs.len());
    for (event, seq) in events.into_iter().zip(1..) {
        row.apply(at(seq), event, &mut children);
    }
    assert_eq!(
        (row, children.turns.len(), children.inputs.len()),
        (once, turns, inputs)
    );
}
