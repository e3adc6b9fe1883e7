//! The acts behind the misbehaviours.

use std::process::Stdio;

use agent_client_protocol::v1::schema::{SessionUpdate, StopReason};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::error::{Interruption, Played, at};
use super::misbehaviour::Misbehaviour;
use super::stage::{Stage, ToolUse, chunk};

/// A command that outlives every limit of a test.
const SLEEP: [&str; 2] = ["sleep", "3600"];
/// How a crash is told to the system.
const CRASH_EXIT_CODE: i32 = 1;
/// Lines of garbage: more than any client forgives.
const GARBAGE_LINES: usize = 64;
/// Size of one message of the flood.
const FLOOD_MESSAGE_BYTES: usize = 64 * 1024;

/// What is done before the script begins. `Some` ends the turn.
pub(super) async fn at_the_start(stage: &mut Stage) -> Played<Option<StopReason>> {
    match stage.misbehaviour {
        Some(Misbehaviour::Refuse) => {
            stage
                .say("I refuse this task, because its prompt contains `demo:refuse`.")
                .await?;
            return Ok(Some(StopReason::Refusal));
        }
        Some(Misbehaviour::Error) => {
            return Err(Interruption::ErrorAsked);
        }
        Some(Misbehaviour::Orphan) => {
            sleeper(stage)
                .process_group(0)
                .spawn()
                .map_err(at(SLEEP[0]))?;
        }
        _ => {}
    }
    Ok(None)
}

/// What is done when the script is in the middle of its plan.
pub(super) async fn in_the_middle(stage: &mut Stage) -> Played {
    match stage.misbehaviour {
        Some(Misbehaviour::Crash) => crash(),
        Some(Misbehaviour::Hang) => hang(stage).await,
        Some(Misbehaviour::Garbage) => print_garbage(stage).await,
        Some(Misbehaviour::Flood) => flood(stage).await,
        _ => Ok(()),
    }
}

/// Asks before the first change, if it shall. `false` means that nothing may be changed.
pub(super) async fn may_change(stage: &mut Stage, what: &str, files: &[String]) -> Played<bool> {
    if stage.misbehaviour == Some(Misbehaviour::Nothing) {
        stage
            .say("I change nothing, because the prompt contains `demo:nothing`.")
            .await?;
        return Ok(false);
    }
    if stage.misbehaviour != Some(Misbehaviour::Ask) {
        return Ok(true);
    }
    let allowed = stage.ask(what, json!({ "files": files })).await?;
    if !allowed {
        stage
            .say("I was not allowed to change anything, so I changed nothing.")
            .await?;
    }
    Ok(allowed)
}

/// Ends the process at once: returning an error instead would wait for the thread that reads standard input.
fn crash() -> ! {
    eprintln!("the demo agent crashes now, because its prompt contains `demo:crash`");
    std::process::exit(CRASH_EXIT_CODE)
}

async fn hang(stage: &mut Stage) -> Played {
    let call = ToolUse::command(&SLEEP.join(" "));
    stage.open(call).await?;
    // The child is kept and never waited for: it must live as long as this agent does.
    let _child = sleeper(stage).spawn().map_err(at(SLEEP[0]))?;
    std::future::pending().await
}

async fn print_garbage(stage: &mut Stage) -> Played {
    if let Some(output) = &stage.output {
        let mut output = output.lock().await;
        for number in 1..=GARBAGE_LINES {
            let line = format!("Garbage line {number}: this is what demo:garbage asked for.\n");
            output
                .write_all(line.as_bytes())
                .await
                .map_err(at("standard output"))?;
        }
        output.flush().await.map_err(at("standard output"))?;
    }
    stage.cancel.cancelled().await;
    Err(Interruption::Cancelled)
}

async fn flood(stage: &mut Stage) -> Played {
    let message = "flood ".repeat(FLOOD_MESSAGE_BYTES / 6);
    while !stage.cancel.is_cancelled() {
        stage.send(SessionUpdate::AgentMessageChunk(chunk(message.clone())))?;
        // Notifications are queued; the pipe is the slower end, and the queue must not eat the memory.
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    Err(Interruption::Cancelled)
}

fn sleeper(stage: &Stage) -> Command {
    let mut command = Command::new(SLEEP[0]);
    command
        .arg(SLEEP[1])
        .current_dir(stage.folder())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}
