//! Programs that speak like Claude Code and fail as no real one can be made to.

use std::time::Duration;

use errand_executor::runner::{
    AgentCommand, ClaudeCodeRunner, ClaudeSettings, PermissionPolicy, RunFailure, RunLimits,
    RunRequest, RunUpdate,
};

use crate::repository::Repository;
use crate::runs::{Ended, limits, request, start_with};

/// A program that greets, opens its session, and goes on as the script says.
fn scripted(script: &str) -> ClaudeCodeRunner {
    let opening = r#"
tell() { printf '%s\n' "$1"; }
read -r hello
tell '{"type":"control_response","response":{"subtype":"success","request_id":"hello","response":{}}}'
read -r prompt
tell '{"type":"system","subtype":"init","claude_code_version":"9"}'
tell '{"type":"user","isReplay":true,"message":{"role":"user","content":"x"}}'
"#;
    program(&format!("{opening}{script}"))
}

fn program(script: &str) -> ClaudeCodeRunner {
    let command = AgentCommand::new("sh", ["-c", script]);
    ClaudeCodeRunner::new(command, ClaudeSettings::default())
}

async fn ended(runner: ClaudeCodeRunner, repository: &Repository, limits: RunLimits) -> Ended {
    let request = RunRequest {
        limits,
        ..request(repository, "work")
    };
    let ended = start_with(runner, request, PermissionPolicy::Allow)
        .end()
        .await;
    assert_eq!(repository.processes(), [""; 0]);
    ended
}

#[tokio::test]
async fn a_crash_is_told_with_the_last_words_and_the_tool_call_it_cut_off() {
    let repository = Repository::with(&[]);
    let crashing = scripted(
        r#"
tell '{"type":"assistant","message":{"id":"m","content":[{"type":"tool_use","id":"t","name":"Bash","input":{"command":"make"}}],"usage":{"input_tokens":7}}}'
setsid sleep 3600 &
echo "out of memory" >&2
exit 3"#,
    );
    let ended = ended(crashing, &repository, limits()).await;
    let told = ended.failure().to_string();
    assert!(
        told.contains("exit code 3") && told.contains("out of memory"),
        "{told}"
    );
    let cut_off = |it: &RunUpdate| matches!(it, RunUpdate::ToolCallEnded { name, ok: false, .. } if name == "Bash");
    assert!(ended.updates.iter().any(cut_off), "{:?}", ended.updates);
    let counted = |it: &RunUpdate| {
        matches!(
            it,
            RunUpdate::Usage {
                input_tokens: Some(7),
                ..
            }
        )
    };
    assert!(ended.updates.iter().any(counted), "{:?}", ended.updates);
}

#[tokio::test]
async fn a_message_in_several_lines_is_counted_once_though_another_comes_between() {
    let repository = Repository::with(&[]);
    let line = |id: &str, usage: &str| {
        format!(
            r#"tell '{{"type":"assistant","message":{{"id":"{id}","content":[],"usage":{usage}}}}}'"#
        )
    };
    let begun = r#"{"input_tokens":10,"cache_read_input_tokens":90,"output_tokens":1}"#;
    let more = r#"{"input_tokens":10,"cache_read_input_tokens":90,"output_tokens":25}"#;
    let below = r#"{"input_tokens":40,"output_tokens":2}"#;
    let lines = [
        line("m", begun),
        line("below", below),
        line("m", begun),
        line("below", below),
        line("m", more),
    ];
    let crashing = scripted(&format!("{}\nexit 3", lines.join("\n")));
    let ended = ended(crashing, &repository, limits()).await;
    let told = ended.updates.iter().filter_map(|it| match it {
        RunUpdate::Usage {
            input_tokens,
            output_tokens,
            ..
        } => Some((input_tokens.unwrap(), output_tokens.unwrap())),
        _ => None,
    });
    let told: Vec<_> = told.collect();
    assert_eq!(told, [(100, 1), (140, 3), (140, 27)]);
}

#[tokio::test]
async fn silence_garbage_and_floods_are_told_apart() {
    let repository = Repository::with(&[]);
    let stall = Duration::from_millis(500);
    let short = RunLimits { stall, ..limits() };
    let silent = ended(scripted("sleep 3600"), &repository, short).await;
    assert_eq!(silent.failure(), &RunFailure::Stalled { limit: stall });

    let usage = program("echo 'Usage: claude'; exit 1");
    let garbage = ended(usage, &repository, limits()).await;
    let sample = "Usage: claude".to_owned();
    assert_eq!(garbage.failure(), &RunFailure::ProtocolGarbage { sample });

    let limit = 1024 * 1024;
    let narrow = RunLimits {
        output_bytes: limit,
        ..limits()
    };
    let talk = r#"while true; do tell '{"type":"stream_event"}'; done"#;
    let flood = ended(scripted(talk), &repository, narrow).await;
    assert_eq!(flood.failure(), &RunFailure::OutputTooLarge { limit });
}

#[tokio::test]
async fn a_wrong_key_ends_the_run_at_the_first_retry() {
    let repository = Repository::with(&[]);
    let locked = scripted(
        r#"tell '{"type":"system","subtype":"api_retry","attempt":1,"error_status":401}'; sleep 3600"#,
    );
    let ended = ended(locked, &repository, limits()).await;
    assert!(
        matches!(ended.failure(), RunFailure::LoginRequired { .. }),
        "{:?}",
        ended.outcome
    );
}

#[tokio::test]
async fn an_error_of_the_model_is_not_taken_for_success() {
    let repository = Repository::with(&[]);
    let refused = scripted(
        r#"tell '{"type":"result","subtype":"success","is_error":true,"api_error_status":400,"result":"prompt is too long"}'"#,
    );
    let ended = ended(refused, &repository, limits()).await;
    let message = "prompt is too long".to_owned();
    assert_eq!(
        ended.failure(),
        &RunFailure::AgentError { code: 400, message }
    );
}
