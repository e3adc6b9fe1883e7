//! Cancelling, asking and steering.

use std::time::{Duration, Instant};

use errand_executor::runner::{
    Answer, ChoiceKind, PermissionPolicy, RunOutcome, RunUpdate, ToolKind,
};

use crate::repository::{PAGE, Repository};
use crate::runs::{demo_agent, limits, start, start_demo};

#[tokio::test]
async fn a_cancelled_run_ends_as_cancelled_and_leaves_no_process() {
    let repository = Repository::with(&[("index.html", PAGE)]);
    let mut run = start_demo(
        &repository,
        "Agent: codegen\n\nbuild email capture demo:slow",
    );
    run.until(|it| matches!(it, RunUpdate::Plan(_))).await;
    let asked = Instant::now();
    run.handle.cancel();
    let ended = run.end().await;
    assert_eq!(ended.outcome, RunOutcome::Cancelled);
    assert!(
        asked.elapsed() < Duration::from_secs(4),
        "the agent heeds the cancellation: {:?}",
        asked.elapsed()
    );
    assert_eq!(repository.changed(), [""; 0]);
    assert_eq!(repository.processes(), [""; 0]);
}

#[tokio::test]
async fn an_agent_that_ignores_its_cancellation_is_killed_after_the_grace_time() {
    let repository = Repository::with(&[]);
    let mut run = start_demo(&repository, "Agent: codegen\n\nbuild it demo:hang");
    run.until(|it| {
        matches!(
            it,
            RunUpdate::ToolCallStarted {
                kind: ToolKind::Execute,
                ..
            }
        )
    })
    .await;
    run.handle.cancel();
    assert_eq!(run.end().await.outcome, RunOutcome::Cancelled);
    assert_eq!(repository.processes(), [""; 0]);
}

#[tokio::test]
async fn a_permission_is_given_by_policy_without_asking_anybody() {
    let repository = Repository::with(&[("index.html", PAGE)]);
    let ended = start_demo(
        &repository,
        "Agent: codegen\n\nbuild email capture demo:ask",
    )
    .end()
    .await;
    assert!(!repository.changed().is_empty());
    let decided = ended
        .updates
        .iter()
        .find(|it| matches!(it, RunUpdate::InputProvided { .. }));
    assert!(
        matches!(decided, Some(RunUpdate::InputProvided { allowed: true, answer, .. }) if answer == "Allow")
    );
}

#[tokio::test]
async fn a_person_who_is_asked_can_refuse_and_nothing_is_changed() {
    let repository = Repository::with(&[("index.html", PAGE)]);
    let policy = PermissionPolicy::Ask;
    let prompt = "Agent: codegen\n\nbuild email capture demo:ask";
    let mut run = start(demo_agent(), &repository, prompt, limits(), policy);
    let asked = run
        .until(|it| matches!(it, RunUpdate::InputRequested(_)))
        .await;
    let RunUpdate::InputRequested(question) = asked else {
        unreachable!()
    };
    assert_eq!(question.text, "Add an email capture form");
    let kinds: Vec<_> = question.choices.iter().map(|it| it.kind).collect();
    assert_eq!(kinds, [ChoiceKind::AllowOnce, ChoiceKind::RejectOnce]);
    run.handle.answer(&question.id, Answer::Reject).unwrap();
    run.handle.answer(&question.id, Answer::Allow).unwrap_err();
    let ended = run.end().await;
    assert!(ended.message().contains("not allowed"));
    assert_eq!(repository.changed(), [""; 0]);
}

#[tokio::test]
async fn a_run_that_is_cancelled_while_it_asks_ends_as_cancelled() {
    let repository = Repository::with(&[("index.html", PAGE)]);
    let policy = PermissionPolicy::Ask;
    let prompt = "Agent: codegen\n\nbuild email capture demo:ask";
    let mut run = start(demo_agent(), &repository, prompt, limits(), policy);
    run.until(|it| matches!(it, RunUpdate::InputRequested(_)))
        .await;
    run.handle.cancel();
    assert_eq!(run.end().await.outcome, RunOutcome::Cancelled);
}

#[tokio::test]
async fn steering_becomes_the_next_prompt_of_the_same_session() {
    let repository = Repository::with(&[("index.html", PAGE)]);
    let mut run = start_demo(&repository, "Agent: codegen\n\nbuild email capture");
    run.until(|it| matches!(it, RunUpdate::Plan(_))).await;
    run.handle.steer("also add a contact form").unwrap();
    let handle = run.handle.clone();
    let ended = run.end().await;
    assert!(ended.message().contains("contact form"));
    assert!(
        ended.updates.iter().any(
            |it| matches!(it, RunUpdate::Steered { text } if text == "also add a contact form")
        )
    );
    assert!(repository.read("index.html").contains("contact-form"));
    assert!(repository.read("index.html").contains("email-capture"));
    handle.steer("too late").unwrap_err();
}
