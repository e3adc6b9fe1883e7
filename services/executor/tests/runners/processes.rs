//! What a run leaves behind, and what its processes see.

use std::process::Command;

use errand_executor::runner::{
    AgentCommand, INHERITED_VARIABLES, PermissionPolicy, RunUpdate, ToolKind,
};

use crate::repository::{MARK, Repository};
use crate::runs::{demo_agent, limits, start, start_demo};

#[tokio::test]
async fn an_aborted_run_leaves_no_process() {
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
    run.outcome.abort();
    assert!(run.outcome.await.unwrap_err().is_cancelled());
    repository
        .until_processes(|count| count == 0, "nothing is left of an aborted run")
        .await;
}

#[tokio::test]
async fn a_command_that_left_the_process_group_is_ended_too() {
    let repository = Repository::with(&[("a.txt", "a")]);
    let unhurried = demo_agent().with_env("ERRAND_DEMO_PACE_MS", "100".to_owned());
    let prompt = "Agent: security\n\nlook demo:orphan";
    let mut run = start(
        unhurried,
        &repository,
        prompt,
        limits(),
        PermissionPolicy::Allow,
    );
    run.until(|it| matches!(it, RunUpdate::Plan(_))).await;
    repository
        .until_processes(|count| count == 2, "the agent and its stray command run")
        .await;
    let ended = run.end().await;
    assert!(ended.message().contains("No findings"));
    assert_eq!(repository.processes(), [""; 0]);
}

#[tokio::test]
async fn an_agent_sees_only_the_variables_that_are_allowed() {
    let repository = Repository::with(&[]);
    let printer =
        AgentCommand::new("sh", ["-c", "env > seen.txt"]).with_env("AGENT_KEY", "k1".to_owned());
    let debug = format!("{printer:?}");
    start(printer, &repository, "x", limits(), PermissionPolicy::Allow)
        .end()
        .await;
    let seen = repository.read("seen.txt");
    // The shell itself adds the last four.
    let expected = [
        "AGENT_KEY",
        MARK,
        "GIT_CONFIG_GLOBAL",
        "GIT_TERMINAL_PROMPT",
        "PWD",
        "OLDPWD",
        "SHLVL",
        "_",
    ];
    for variable in seen
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name)
    {
        let allowed = INHERITED_VARIABLES.contains(&variable) || expected.contains(&variable);
        assert!(allowed, "{variable} is on no list");
    }
    assert!(
        seen.contains("AGENT_KEY=k1") && seen.contains("PATH="),
        "{seen}"
    );
    assert!(!debug.contains("k1"), "a secret is not shown: {debug}");
}

#[tokio::test]
async fn what_an_earlier_run_left_in_the_folder_is_ended_before_the_next_begins() {
    let repository = Repository::with(&[("a.txt", "a")]);
    let mut left = Command::new("sleep")
        .arg("3600")
        .env(MARK, repository.path())
        .spawn()
        .unwrap();
    let run = start_demo(&repository, "Agent: security\n\nlook");
    run.end().await.message();
    assert!(!left.wait().unwrap().success());
}
