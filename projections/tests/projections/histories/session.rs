//! One attempt of an agent, from its creation to its end.
use super::{End, Random, Step, Work, conversation, subject};
use errand_proto::{AggregateKind, Event, SessionEvent, v1};
use std::collections::VecDeque;

pub fn step(session: &str, event: impl Into<SessionEvent>) -> Step {
    let subject = subject(AggregateKind::Session, session);
    (subject, Event::Session(event.into()))
}

pub fn created(work: &Work, session: &str, attempt: u32) -> Step {
    let created = v1::AgentSessionCreated {
        id: session.to_owned(),
        story_id: work.story.clone(),
        workspace_id: "main".into(),
        project_id: work.project.clone(),
        agent_name: "Code Generation".into(),
        agent_type: "specialist".into(),
        agent: "codegen".into(),
        prompt: "build email capture for the hero".into(),
        attempt,
        conversation_id: work.conversation.clone(),
        first_turn: Some(turn(1, "Spawned from chat by user request", "spawn")),
        ..Default::default()
    };
    step(session, created)
}

fn turn(turn: u32, thinking: &str, action: &str) -> v1::Turn {
    v1::Turn {
        turn,
        thinking: thinking.into(),
        action: action.into(),
        prompt: "build email capture for the hero".into(),
        timestamp_us: 1_763_800_000_000_000 + i64::from(turn),
        ..Default::default()
    }
}

/// Plan steps done so far: all before `done`, the next one under way.
fn plan(done: usize) -> v1::PlanUpdated {
    let names = [
        "Look at the hero component",
        "Add the email form",
        "Validate the address",
        "Write a test",
    ];
    let status = |n: usize| match n.cmp(&done) {
        std::cmp::Ordering::Less => v1::PlanStepStatus::Completed,
        std::cmp::Ordering::Equal => v1::PlanStepStatus::InProgress,
        std::cmp::Ordering::Greater => v1::PlanStepStatus::Pending,
    };
    let step = |(n, name): (usize, &&str)| v1::PlanStep {
        content: (*name).to_owned(),
        status: status(n).into(),
        ..Default::default()
    };
    v1::PlanUpdated {
        steps: names.iter().enumerate().map(step).collect(),
        ..Default::default()
    }
}

fn tool_call(number: usize) -> v1::ToolCallRecorded {
    let names = ["read_file", "edit_file", "run_command"];
    v1::ToolCallRecorded {
        tool_call: Some(v1::ToolCall {
            id: format!("call-{number}"),
            name: names[number % names.len()].into(),
            input: r#"{"path":"src/components/Hero.tsx","content":"export function Hero() {}"}"#
                .into(),
            output: "ok: 12 lines read, nothing unusual to report about them".into(),
            ms: 120 + number as u64,
            ok: true,
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// Appends the attempt's events and answers how it ended.
pub fn run(
    work: &Work,
    session: &str,
    random: &mut Random,
    everything: bool,
    steps: &mut VecDeque<Step>,
) -> End {
    steps.push_back(started(session));
    steps.push_back(work.story_step(v1::StoryStarted {
        session_id: session.to_owned(),
        ..Default::default()
    }));
    if everything && random.one_in(2) {
        steps.push_back(opened(session));
    }
    if everything && random.one_in(6) {
        let executor_id = "executor-1".to_owned();
        steps.push_back(step(
            session,
            v1::LeaseExpired {
                executor_id,
                ..Default::default()
            },
        ));
        steps.push_back(started(session));
    }
    for part in 0..4 {
        steps.push_back(step(session, plan(part)));
        let turn = turn(
            2 + u32::try_from(part).unwrap(),
            "The hero has a form slot; I use it.",
            "edit",
        );
        steps.push_back(step(
            session,
            v1::TurnRecorded {
                turn: Some(turn),
                ..Default::default()
            },
        ));
        steps.push_back(step(session, tool_call(part)));
        steps.push_back(step(session, used(part)));
        if everything {
            steps.extend(interruptions(work, session, random));
        }
    }
    if everything && random.one_in(6) {
        return cancelled(work, session, steps);
    }
    if everything && random.one_in(4) {
        return failed(session, steps);
    }
    steps.extend(delivered(work, session));
    End::Completed
}

fn started(session: &str) -> Step {
    let started = v1::ExecutionStarted {
        executor_id: "executor-1".into(),
        branch: format!("errand/{session}"),
        ..Default::default()
    };
    step(session, started)
}

fn opened(session: &str) -> Step {
    let opened = v1::AgentSessionOpened {
        agent_session_id: format!("own-{session}"),
        agent_name: "an agent".into(),
        agent_version: "1.0".into(),
        ..Default::default()
    };
    step(session, opened)
}

/// A question with its answer, or an instruction, or nothing.
fn interruptions(work: &Work, session: &str, random: &mut Random) -> Vec<Step> {
    match random.below(8) {
        0 => {
            let id = random.id();
            let requested = v1::InputRequested {
                question_id: id.clone(),
                text: "Which provider?".into(),
                options: conversation::actions(),
                ..Default::default()
            };
            let provided = v1::InputProvided {
                question_id: id.clone(),
                answer: "The first.".into(),
                by: "a person".into(),
                ..Default::default()
            };
            vec![
                step(session, requested),
                conversation::question(work, session, &id, "Which provider?"),
                conversation::answered(work, &id, "The first."),
                step(session, provided),
            ]
        }
        1 => {
            let steering = v1::SteeringReceived {
                text: "Use the existing button.".into(),
                by: "a person".into(),
                ..Default::default()
            };
            vec![step(session, steering)]
        }
        _ => Vec::new(),
    }
}

fn cancelled(work: &Work, session: &str, steps: &mut VecDeque<Step>) -> End {
    let by = || "a person".to_owned();
    let reason = || "Changed my mind.".to_owned();
    steps.push_back(conversation::stop_requested(work));
    steps.push_back(work.story_step(v1::StoryCancelRequested {
        by: by(),
        reason: reason(),
        ..Default::default()
    }));
    let cancelled = v1::ExecutionCancelled {
        by: by(),
        reason: reason(),
        ..Default::default()
    };
    steps.push_back(step(session, cancelled));
    End::Cancelled
}

fn failed(session: &str, steps: &mut VecDeque<Step>) -> End {
    let failed = v1::ExecutionFailed {
        outcome: "no_changes".into(),
        reason: "The agent changed nothing.".into(),
        branch: String::new(),
        usage: Some(usage()),
        ..Default::default()
    };
    steps.push_back(step(session, failed));
    End::Failed
}

fn used(part: usize) -> v1::UsageRecorded {
    let part = part as u64;
    v1::UsageRecorded {
        usage: Some(v1::Usage {
            input_tokens: 3_000 * part,
            output_tokens: 850 * part,
            cost_micro_usd: 21_000 * part,
            context_tokens: 2_000 + 500 * part,
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn usage() -> v1::Usage {
    v1::Usage {
        input_tokens: 12_000,
        output_tokens: 3400,
        cost_micro_usd: 87_000,
        ..Default::default()
    }
}

/// Commit, pull request, end.
fn delivered(work: &Work, session: &str) -> [Step; 3] {
    let branch = format!("errand/{session}");
    let file = |path: &str| v1::FileChange {
        path: path.into(),
        status: "modified".into(),
        insertions: 20,
        deletions: 3,
        ..Default::default()
    };
    let committed = v1::ChangesCommitted {
        branch: branch.clone(),
        commit: "6b1f0c7d".into(),
        base: "a0b1c2d3".into(),
        files: vec![file("src/components/Hero.tsx"), file("tests/hero.test.tsx")],
        diff: "--- a/src/components/Hero.tsx\n+++ b/src/components/Hero.tsx\n@@ -1 +1 @@\n-old\n+new\n".repeat(4),
        diff_truncated: false, ..Default::default() };
    let opened = v1::PullRequestOpened {
        pr_url: work.pr_url(),
        number: work.number as u64,
        branch,
        ..Default::default()
    };
    let completed = v1::ExecutionCompleted {
        pr_url: work.pr_url(),
        summary: "An email capture form with its test.".into(),
        usage: Some(usage()),
        ..Default::default()
    };
    [
        step(session, committed),
        step(session, opened),
        step(session, completed),
    ]
}
