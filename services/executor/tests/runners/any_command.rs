//! Any program as an agent.

use std::time::Duration;

use errand_executor::runner::{
    AgentCommand, CommandRunner, PermissionPolicy, PlanStatus, Price, RunFailure, RunLimits,
    RunOutcome, RunRequest, RunUpdate,
};

use crate::repository::Repository;
use crate::runs::{Run, limits, request, start_with};

fn run(script: &str, repository: &Repository, limits: RunLimits) -> Run {
    let runner = CommandRunner::new(AgentCommand::new("sh", ["-c", script]));
    let request = RunRequest {
        limits,
        ..request(repository, "Write it down")
    };
    start_with(runner, request, PermissionPolicy::Allow)
}

#[tokio::test]
async fn a_program_reads_its_prompt_and_what_it_prints_is_its_last_word() {
    let repository = Repository::with(&[]);
    let script = "cat > prompt.txt; echo working; echo '{not json'; echo done";
    let ended = run(script, &repository, limits()).end().await;
    assert_eq!(ended.message(), "working\n{not json\ndone");
    assert_eq!(repository.read("prompt.txt"), "Write it down");
}

#[tokio::test]
async fn json_lines_become_thoughts_tools_a_plan_and_usage() {
    let repository = Repository::with(&[]);
    let script = r#"
say() { printf '%s\n' "$1"; }
say '{"type":"thinking","text":"one file"}'
say '{"type":"plan","steps":[{"content":"Write","status":"in_progress"},{"content":"Test"}]}'
say '{"type":"tool","id":"1","name":"write","input":{"path":"a.txt"}}'
echo a > a.txt
say '{"type":"tool","id":"1","output":"1 line","ok":true}'
say '{"type":"usage","input_tokens":1000000,"output_tokens":100000}'
say '{"type":"text","text":"All done"}'"#;
    let price = Some(Price {
        input: 3.0,
        output: 15.0,
    });
    let ended = run(script, &repository, RunLimits { price, ..limits() })
        .end()
        .await;
    assert_eq!(ended.message(), "All done");
    assert_eq!(ended.tools(), ["write"]);
    let plan = [PlanStatus::InProgress, PlanStatus::Pending];
    assert_eq!(ended.last_plan(), plan);
    let thought =
        |it: &RunUpdate| matches!(it, RunUpdate::Thought { text } if text == "one file\n");
    assert!(ended.updates.iter().any(thought), "{:?}", ended.updates);
    let paid = |it: &RunUpdate| matches!(it, RunUpdate::Usage { cost_usd: Some(dollars), .. } if (*dollars - 4.5).abs() < 1e-9);
    assert!(ended.updates.iter().any(paid), "{:?}", ended.updates);
}

#[tokio::test]
async fn an_exit_code_is_a_failure_with_the_last_words() {
    let repository = Repository::with(&[]);
    let ended = run("echo no licence >&2; exit 7", &repository, limits())
        .end()
        .await;
    let told = ended.failure().to_string();
    assert!(
        told.contains("exit code 7") && told.contains("no licence"),
        "{told}"
    );
}

#[tokio::test]
async fn a_program_that_goes_on_for_ever_ends_at_its_limits_with_what_it_started() {
    let repository = Repository::with(&[]);
    let stall = Duration::from_millis(500);
    let script = "setsid sleep 3600 & sleep 3600";
    let ended = run(script, &repository, RunLimits { stall, ..limits() })
        .end()
        .await;
    assert_eq!(ended.failure(), &RunFailure::Stalled { limit: stall });
    assert_eq!(repository.processes(), [""; 0]);

    let limit = 1024 * 1024;
    let narrow = RunLimits {
        output_bytes: limit,
        ..limits()
    };
    let ended = run("yes", &repository, narrow).end().await;
    assert_eq!(ended.failure(), &RunFailure::OutputTooLarge { limit });

    let limit_micro_usd = 500_000;
    let poor = RunLimits {
        cost_micro_usd: Some(limit_micro_usd),
        ..limits()
    };
    let spend = r#"echo '{"type":"usage","cost_usd":0.51}'; sleep 3600"#;
    let ended = run(spend, &repository, poor).end().await;
    assert_eq!(
        ended.failure(),
        &RunFailure::TooExpensive { limit_micro_usd }
    );
    assert_eq!(repository.processes(), [""; 0]);
}

#[tokio::test]
async fn a_cancelled_program_is_gone_and_takes_no_further_text() {
    let repository = Repository::with(&[]);
    let mut running = run("echo started; sleep 3600", &repository, limits());
    running
        .until(|it| matches!(it, RunUpdate::Started { .. }))
        .await;
    running.handle.steer("more").unwrap_err();
    running.handle.cancel();
    assert_eq!(running.end().await.outcome, RunOutcome::Cancelled);
    assert_eq!(repository.processes(), [""; 0]);
}
