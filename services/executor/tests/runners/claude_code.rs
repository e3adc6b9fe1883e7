//! The real Claude Code in a real worktree; only its language model is played by the sandbox.

use std::time::{Duration, Instant};

use errand_executor::runner::{
    Answer, AnsweredBy, PermissionPolicy, PlanStatus, QuestionKind, Resume, RunFailure, RunLimits,
    RunOutcome, RunRequest, RunUpdate, StopReason, ToolKind,
};

use crate::real_agents::RealAgents;
use crate::repository::{PAGE, Repository};
use crate::runs::{Ended, limits, request, start_with};

fn cost(ended: &Ended) -> (u64, u64, f64) {
    let last = ended.updates.iter().rev().find_map(|update| match update {
        RunUpdate::Usage {
            input_tokens,
            output_tokens,
            cost_usd,
            ..
        } => Some((
            input_tokens.unwrap(),
            output_tokens.unwrap(),
            cost_usd.unwrap(),
        )),
        _ => None,
    });
    last.expect("the run tells its usage")
}

#[tokio::test]
async fn claude_code_edits_a_worktree_and_goes_on_with_its_session_later() {
    let Some(agents) = RealAgents::installed().await else {
        return;
    };
    let repository = Repository::with(&[("index.html", PAGE)]);
    let work = request(&repository, "Add HELLO.md");
    let ended = start_with(agents.claude_code(), work, PermissionPolicy::Allow)
        .end()
        .await;

    assert!(ended.message().contains("I wrote HELLO.md"));
    assert_eq!(repository.changed(), ["HELLO.md"]);
    let written = "# Add HELLO.md\n\nChecked with git status.\n";
    assert_eq!(repository.read("HELLO.md"), written);
    let tools = ["TaskCreate", "Write", "Edit", "Bash", "TaskUpdate"];
    assert_eq!(ended.tools(), tools);
    assert_eq!(ended.last_plan(), [PlanStatus::Completed]);
    let thought = |it: &&RunUpdate| matches!(it, RunUpdate::Thought { .. });
    assert_eq!(ended.updates.iter().filter(thought).count(), tools.len());
    let (input, output, dollars) = cost(&ended);
    assert!(
        input > 1_000 && output > 10 && dollars > 0.0,
        "{input} {output} {dollars}"
    );

    let (session, resumed) = ended.session();
    assert!(!resumed);
    let later = |session_id: String| RunRequest {
        resume: Some(Resume {
            session_id,
            prompt: "Add LATER.md".to_owned(),
        }),
        ..request(&repository, "Add AGAIN.md")
    };
    let again = start_with(
        agents.claude_code(),
        later(session.clone()),
        PermissionPolicy::Allow,
    )
    .end()
    .await;
    assert_eq!(again.session(), (session, true));
    assert!(again.message().contains("LATER.md"));
    let unknown = "6f0b2a52-94c8-4c6e-8d4d-3f0d6f7b7a01".to_owned();
    let anew = start_with(
        agents.claude_code(),
        later(unknown.clone()),
        PermissionPolicy::Allow,
    )
    .end()
    .await;
    assert!(anew.message().contains("AGAIN.md"));
    let (session, resumed) = anew.session();
    assert!(!resumed && session != unknown);
    assert_eq!(repository.processes(), [""; 0]);
}

#[tokio::test]
async fn claude_code_asks_a_person_and_hears_what_is_said_while_it_works() {
    let Some(agents) = RealAgents::installed().await else {
        return;
    };
    let repository = Repository::with(&[]);
    let work = request(
        &repository,
        "Paint DOOR.md sandbox:question sandbox:permission",
    );
    let mut run = start_with(agents.claude_code(), work, PermissionPolicy::Ask);
    let is_question = |it: &RunUpdate| matches!(it, RunUpdate::InputRequested(_));
    let RunUpdate::InputRequested(colour) = run.until(is_question).await else {
        unreachable!()
    };
    assert_eq!(colour.kind, QuestionKind::Information);
    assert_eq!(colour.text, "Which colour shall it have?");
    let names: Vec<_> = colour.choices.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["Red", "Blue"]);
    run.handle.steer("be quick").unwrap();
    let blue = Answer::Choice(colour.choices[1].id.clone());
    run.handle.answer(&colour.id, blue).unwrap();

    let RunUpdate::InputRequested(command) = run.until(is_question).await else {
        unreachable!()
    };
    assert_eq!(command.kind, QuestionKind::Permission);
    assert!(command.text.starts_with("Bash node -e"), "{}", command.text);
    run.handle.answer(&command.id, Answer::Allow).unwrap();
    let ended = run.end().await;

    assert!(repository.read("DOOR.md").contains("Blue"));
    assert_eq!(repository.read("asked.txt"), "asked");
    let message = ended.message();
    assert!(message.ends_with("I also heard: be quick"), "{message}");
    let answered = |it: &RunUpdate| {
        matches!(
            it,
            RunUpdate::InputProvided {
                allowed: true,
                by: AnsweredBy::Person,
                ..
            }
        )
    };
    assert!(ended.updates.iter().any(answered));
}

#[tokio::test]
async fn what_a_person_refuses_claude_code_does_not_do() {
    let Some(agents) = RealAgents::installed().await else {
        return;
    };
    let repository = Repository::with(&[]);
    let work = request(&repository, "Paint DOOR.md sandbox:permission");
    let ended = start_with(agents.claude_code(), work, PermissionPolicy::Reject)
        .end()
        .await;
    assert_eq!(repository.changed(), ["DOOR.md"]);
    assert!(!ended.tools().contains(&"Bash"), "{:?}", ended.tools());
    assert!(ended.message().contains("DOOR.md"));
}

#[tokio::test]
async fn a_cancelled_claude_code_is_gone_within_seconds_with_all_it_started() {
    let Some(agents) = RealAgents::installed().await else {
        return;
    };
    let repository = Repository::with(&[]);
    let work = request(&repository, "Add HELLO.md sandbox:hang");
    let mut run = start_with(agents.claude_code(), work, PermissionPolicy::Allow);
    let runs_command = |it: &RunUpdate| {
        matches!(
            it,
            RunUpdate::ToolCallStarted {
                kind: ToolKind::Execute,
                ..
            }
        )
    };
    run.until(runs_command).await;
    repository
        .until_processes(|count| count >= 2, "the agent and its command run")
        .await;
    let asked = Instant::now();
    run.handle.cancel();
    assert_eq!(run.end().await.outcome, RunOutcome::Cancelled);
    // Three seconds of grace for the agent, and the rest for a busy machine.
    assert!(
        asked.elapsed() < Duration::from_secs(20),
        "{:?}",
        asked.elapsed()
    );
    assert_eq!(repository.processes(), [""; 0]);
}

#[tokio::test]
async fn claude_code_keeps_to_its_limits_of_turns_and_money() {
    let Some(agents) = RealAgents::installed().await else {
        return;
    };
    let repository = Repository::with(&[]);
    let limited = |limits: RunLimits| RunRequest {
        limits,
        ..request(&repository, "Add HELLO.md")
    };
    let turns = limited(RunLimits {
        turns: Some(2),
        ..limits()
    });
    let ended = start_with(agents.claude_code(), turns, PermissionPolicy::Allow)
        .end()
        .await;
    let stop = StopReason::MaxTurnRequests;
    assert!(
        matches!(ended.outcome, RunOutcome::Ended { stop: it, .. } if it == stop),
        "{:?}",
        ended.outcome
    );
    let money = limited(RunLimits {
        cost_micro_usd: Some(1),
        ..limits()
    });
    let ended = start_with(agents.claude_code(), money, PermissionPolicy::Allow)
        .end()
        .await;
    let limit_micro_usd = 1;
    assert_eq!(
        ended.failure(),
        &RunFailure::TooExpensive { limit_micro_usd }
    );
}
