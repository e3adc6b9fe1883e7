//! What is told when an agent fails.

use std::time::Duration;

use errand_executor::runner::{
    AgentCommand, PermissionPolicy, RunFailure, RunLimits, RunUpdate, ToolKind,
};

use crate::repository::{PAGE, Repository};
use crate::runs::{demo_agent, limits, start, start_demo};

#[tokio::test]
async fn an_agent_that_crashes_is_told_with_its_exit_code_and_last_words() {
    let repository = Repository::with(&[]);
    let ended = start_demo(&repository, "Agent: codegen\n\nbuild it demo:crash")
        .end()
        .await;
    let told = ended.failure().to_string();
    assert!(
        told.contains("exit code 1") && told.contains("the demo agent crashes now"),
        "{told}"
    );
    assert_eq!(repository.processes(), [""; 0]);
}

#[tokio::test]
async fn an_agent_that_hangs_is_ended_at_the_stall_limit_with_all_it_started() {
    let repository = Repository::with(&[]);
    let stall = Duration::from_millis(700);
    let limits = RunLimits { stall, ..limits() };
    let mut run = start(
        demo_agent(),
        &repository,
        "Agent: codegen\n\nbuild it demo:hang",
        limits,
        PermissionPolicy::Allow,
    );
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
    repository
        .until_processes(|count| count == 2, "the agent and its command run")
        .await;
    let ended = run.end().await;
    assert_eq!(ended.failure(), &RunFailure::Stalled { limit: stall });
    let cut_off = ended
        .updates
        .iter()
        .find(|it| matches!(it, RunUpdate::ToolCallEnded { .. }));
    assert!(
        matches!(cut_off, Some(RunUpdate::ToolCallEnded { ok: false, .. })),
        "{cut_off:?}"
    );
    assert_eq!(repository.processes(), [""; 0]);
}

#[tokio::test]
async fn an_agent_that_prints_garbage_is_told_with_a_sample_of_it() {
    let repository = Repository::with(&[]);
    let ended = start_demo(&repository, "Agent: seo\n\nlook demo:garbage")
        .end()
        .await;
    let RunFailure::ProtocolGarbage { sample } = ended.failure() else {
        panic!("{:?}", ended.outcome)
    };
    assert_eq!(
        sample,
        "Garbage line 1: this is what demo:garbage asked for."
    );
    assert_eq!(repository.processes(), [""; 0]);
}

#[tokio::test]
async fn an_agent_that_changes_nothing_ends_its_turn_and_leaves_the_repository_clean() {
    let repository = Repository::with(&[("index.html", PAGE)]);
    let ended = start_demo(
        &repository,
        "Agent: codegen\n\nbuild email capture demo:nothing",
    )
    .end()
    .await;
    assert!(ended.message().contains("change nothing"));
    assert_eq!(repository.changed(), [""; 0]);
}

#[tokio::test]
async fn an_agent_that_refuses_or_errs_is_told_with_its_reason() {
    let repository = Repository::with(&[]);
    let refused = start_demo(&repository, "Agent: codegen\n\nbuild demo:refuse")
        .end()
        .await;
    assert!(
        matches!(refused.failure(), RunFailure::Refused { reason } if reason.contains("I refuse"))
    );
    let unknown = start_demo(&repository, "Agent: poet\n\nrhyme").end().await;
    assert!(
        matches!(unknown.failure(), RunFailure::Refused { reason } if reason.contains("\"poet\""))
    );
    let erred = start_demo(&repository, "Agent: codegen\n\nbuild demo:error")
        .end()
        .await;
    assert!(
        matches!(erred.failure(), RunFailure::AgentError { code: -32603, message } if message.contains("demo:error"))
    );
}

#[tokio::test]
async fn a_flood_of_output_is_ended_at_its_limit() {
    let repository = Repository::with(&[]);
    let limits = RunLimits {
        output_bytes: 4 * 1024 * 1024,
        ..limits()
    };
    let run = start(
        demo_agent(),
        &repository,
        "Agent: codegen\n\nx demo:flood",
        limits,
        PermissionPolicy::Allow,
    );
    let ended = run.end().await;
    assert_eq!(
        ended.failure(),
        &RunFailure::OutputTooLarge {
            limit: 4 * 1024 * 1024
        }
    );
    assert!(
        ended
            .updates
            .iter()
            .all(|it| !matches!(it, RunUpdate::Message { text } if text.len() > 20_000))
    );
}

#[tokio::test]
async fn a_program_that_cannot_be_started_is_told_with_the_way_out() {
    let repository = Repository::with(&[]);
    let none = AgentCommand::new("errand-no-such-agent", [""; 0]);
    let ended = start(none, &repository, "x", limits(), PermissionPolicy::Allow)
        .end()
        .await;
    let told = ended.failure().to_string();
    assert!(
        told.contains("errand-no-such-agent") && told.contains("install it"),
        "{told}"
    );

    let mute = AgentCommand::new("sleep", ["3600"]);
    let limits = RunLimits {
        start: Duration::from_millis(300),
        ..limits()
    };
    let ended = start(mute, &repository, "x", limits, PermissionPolicy::Allow)
        .end()
        .await;
    let told = ended.failure().to_string();
    assert!(
        told.contains("did not open a session within 0.3 s"),
        "{told}"
    );
    assert_eq!(repository.processes(), [""; 0]);
}

#[tokio::test]
async fn a_program_that_is_no_agent_is_known_by_what_it_prints_or_how_it_ends() {
    let repository = Repository::with(&[]);
    let talker = AgentCommand::new("echo", ["Usage: something else"]);
    let ended = start(talker, &repository, "x", limits(), PermissionPolicy::Allow)
        .end()
        .await;
    assert_eq!(
        ended.failure(),
        &RunFailure::ProtocolGarbage {
            sample: "Usage: something else".to_owned()
        }
    );

    let lost = AgentCommand::new("sh", ["-c", "echo Unknown option; exit 2"]);
    let ended = start(lost, &repository, "x", limits(), PermissionPolicy::Allow)
        .end()
        .await;
    assert_eq!(
        ended.failure(),
        &RunFailure::ProtocolGarbage {
            sample: "Unknown option".to_owned()
        }
    );

    let failing = AgentCommand::new("sh", ["-c", "echo no licence >&2; exit 7"]);
    let ended = start(failing, &repository, "x", limits(), PermissionPolicy::Allow)
        .end()
        .await;
    let told = ended.failure().to_string();
    assert!(
        told.contains("exit code 7") && told.contains("no licence"),
        "{told}"
    );
}
