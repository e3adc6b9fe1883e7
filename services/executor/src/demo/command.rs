//! Runs a command in the repository, bounded in time and output.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

/// Longest time a command may take.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(60);
/// Longest output that is reported, per stream.
const MAX_OUTPUT_BYTES: u64 = 32 * 1024;

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CommandEnd {
    /// It ran; `ok` is its success, `output` both of its streams.
    Ran { ok: bool, output: String },
    /// There is no such program on this machine.
    Absent,
    /// It could not be run, for this reason.
    Failed(String),
}

/// Runs `program` in `folder`.
pub(super) async fn run(folder: &Path, program: &str, args: &[&str]) -> CommandEnd {
    let running = spawn_and_wait(folder, program, args);
    match tokio::time::timeout(COMMAND_TIMEOUT, running).await {
        Ok(Ok(end)) => end,
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => CommandEnd::Absent,
        Ok(Err(error)) => CommandEnd::Failed(error.to_string()),
        Err(_) => CommandEnd::Failed(format!(
            "it took longer than {} s",
            COMMAND_TIMEOUT.as_secs()
        )),
    }
}

async fn spawn_and_wait(
    folder: &Path,
    program: &str,
    args: &[&str],
) -> std::io::Result<CommandEnd> {
    let mut child = Command::new(program)
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (output, errors, status) = tokio::join!(bounded(stdout), bounded(stderr), child.wait());
    Ok(CommandEnd::Ran {
        ok: status?.success(),
        output: format!("{output}{errors}").trim().to_owned(),
    })
}

async fn bounded(stream: Option<impl AsyncRead + Unpin>) -> String {
    let Some(mut stream) = stream else {
        return String::new();
    };
    let mut kept = Vec::new();
    let _ = (&mut stream)
        .take(MAX_OUTPUT_BYTES)
        .read_to_end(&mut kept)
        .await;
    let left_out = tokio::io::copy(&mut stream, &mut tokio::io::sink())
        .await
        .unwrap_or_default();
    let mut text = String::from_utf8_lossy(&kept).into_owned();
    if left_out > 0 {
        text.push_str(&format!("\n[… {left_out} bytes left out]\n"));
    }
    text
}
