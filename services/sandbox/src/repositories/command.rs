//! Running git, bounded and without the user's own configuration.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::process::Command;

use crate::SandboxError;

const GIT_TIMEOUT: Duration = Duration::from_secs(30);
/// More output than this is cut off: enough for any diff a person would look at.
const MAX_OUTPUT_BYTES: u64 = 16 * 1024 * 1024;
const MAX_REASON_CHARS: usize = 500;

/// Settings of every git process of ours: no hooks, no background work, whoever owns the folder.
const SETTINGS: [(&str, &str); 4] = [
    ("core.hooksPath", "/dev/null"),
    ("safe.directory", "*"),
    ("gc.auto", "0"),
    ("core.quotePath", "false"),
];

/// A git process that sees neither the user's configuration nor their environment.
pub(crate) fn git_command(directory: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(directory)
        .env_clear()
        .stdin(Stdio::null())
        .kill_on_drop(true);
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
        .env("HOME", directory)
        .env("LC_ALL", "C.UTF-8")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_CONFIG_COUNT", SETTINGS.len().to_string());
    for (index, (key, value)) in SETTINGS.iter().enumerate() {
        command
            .env(format!("GIT_CONFIG_KEY_{index}"), key)
            .env(format!("GIT_CONFIG_VALUE_{index}"), value);
    }
    command
}

/// Runs git in a bare repository and returns what it wrote; an exit code other than zero is an error.
pub(super) async fn run(repository: &Path, arguments: &[&str]) -> Result<Vec<u8>, SandboxError> {
    let failed = |reason: String| SandboxError::Git {
        command: arguments.first().unwrap_or(&"").to_string(),
        reason,
    };
    let work = async {
        let mut child = git_command(repository)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|problem| failed(problem.to_string()))?;
        let (output, complaint) =
            tokio::join!(read(child.stdout.take()), read(child.stderr.take()));
        let status = child
            .wait()
            .await
            .map_err(|problem| failed(problem.to_string()))?;
        if status.success() {
            Ok(output)
        } else {
            Err(failed(
                String::from_utf8_lossy(&complaint)
                    .trim()
                    .chars()
                    .take(MAX_REASON_CHARS)
                    .collect(),
            ))
        }
    };
    tokio::time::timeout(GIT_TIMEOUT, work)
        .await
        .unwrap_or_else(|_| Err(failed(format!("no end after {GIT_TIMEOUT:?}"))))
}

async fn read(pipe: Option<impl tokio::io::AsyncRead + Unpin>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        // A broken pipe only means that git has ended; its exit code says the rest.
        let _ = pipe.take(MAX_OUTPUT_BYTES).read_to_end(&mut bytes).await;
    }
    bytes
}
